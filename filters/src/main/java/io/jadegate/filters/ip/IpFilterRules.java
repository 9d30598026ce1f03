package io.jadegate.filters.ip;

import io.jadegate.api.config.Cidr;
import io.jadegate.api.config.IpListConfig;
import io.jadegate.api.filter.FilterContext;
import io.jadegate.api.filter.FilterProvider.SettingsException;
import io.jadegate.api.net.IpRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What `ip-filter` goes by, for requests and connections alike.
///
/// @param settings its own settings
/// @param lists those that it names, with what they hold by now
record IpFilterRules(IpFilterSettings settings, List<IpListConfig> lists) {

    static IpFilterRules of(IpFilterSettings settings, FilterContext context) {
        Map<String, IpListConfig> known = context.config().ipLists();
        return new IpFilterRules(
                settings,
                settings.lists().stream().filter(known::containsKey).map(known::get).toList());
    }

    /// All networks as one set of rules. Filters of one configuration with the same settings share
    /// it: lists are long, and often the same for every route.
    ///
    /// @throws SettingsException when there is none, or a list does not exist
    static IpRules compile(IpFilterSettings settings, FilterContext context)
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
        return context.once(IpRules.class, settings, of(settings, context)::rules);
    }

    private IpRules rules() {
        List<Cidr> allow = new ArrayList<>(settings.allow());
        List<Cidr> deny = new ArrayList<>(settings.deny());
        for (IpListConfig list : lists) {
            allow.addAll(list.allow());
            deny.addAll(list.deny());
        }
        return IpRules.of(allow, deny);
    }
}
