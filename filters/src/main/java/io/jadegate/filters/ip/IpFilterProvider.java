package io.jadegate.filters.ip;

import io.jadegate.api.config.Cidr;
import io.jadegate.api.config.IpListConfig;
import io.jadegate.api.filter.FilterContext;
import io.jadegate.api.filter.HttpFilter;
import io.jadegate.api.filter.HttpFilterProvider;
import io.jadegate.api.net.IpRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Makes `ip-filter`.
public final class IpFilterProvider implements HttpFilterProvider<IpFilterSettings> {
    @Override
    public String kind() {
        return "ip-filter";
    }

    @Override
    public Class<IpFilterSettings> settings() {
        return IpFilterSettings.class;
    }

    @Override
    public Stage stage() {
        return Stage.ACCESS;
    }

    @Override
    public Object ingredients(IpFilterSettings settings, FilterContext context) {
        return rules(settings, context);
    }

    @Override
    public HttpFilter create(IpFilterSettings settings, FilterContext context)
            throws SettingsException {
        if (settings.lists().isEmpty() && settings.allow().isEmpty() && settings.deny().isEmpty()) {
            throw new SettingsException("", "names no network: needs lists, allow or deny");
        }
        for (int i = 0; i < settings.lists().size(); i++) {
            String name = settings.lists().get(i);
            if (!context.config().ipLists().containsKey(name)) {
                throw new SettingsException(
                        "lists[" + i + "]", "ip list \"" + name + "\" does not exist");
            }
        }
        IpListConfig rules = rules(settings, context);
        return new IpFilter(IpRules.of(rules.allow(), rules.deny()));
    }

    /// The networks in place and those of all lists.
    private static IpListConfig rules(IpFilterSettings settings, FilterContext context) {
        List<Cidr> allow = new ArrayList<>(settings.allow());
        List<Cidr> deny = new ArrayList<>(settings.deny());
        settings.lists().stream()
                .map(context.config().ipLists()::get)
                .filter(Objects::nonNull)
                .forEach(list -> {
                    allow.addAll(list.allow());
                    deny.addAll(list.deny());
                });
        return new IpListConfig(allow, deny);
    }
}
