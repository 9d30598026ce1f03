package io.jadegate.filters.ip;

import io.jadegate.api.config.Cidr;
import io.jadegate.api.config.Doc;
import io.jadegate.api.config.NameOf;
import java.util.List;

/// Networks, by name and in place; all of them together make one set of rules.
public record IpFilterSettings(
        @Doc("lists under ip-lists") @NameOf("ip-lists") List<String> lists,
        @Doc("networks that may come in; every other is denied when there are any")
                List<Cidr> allow,
        @Doc("networks that may not; a longer network in allow is let in all the same")
                List<Cidr> deny) {

    public IpFilterSettings {
        lists = List.copyOf(lists);
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
    }
}
