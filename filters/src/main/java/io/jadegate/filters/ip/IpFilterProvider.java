package io.jadegate.filters.ip;

import io.jadegate.api.config.Cidr;
import io.jadegate.api.config.IpListConfig;
import io.jadegate.api.filter.FilterContext;
import io.jadegate.api.filter.HttpFilter;
import io.jadegate.api.filter.HttpFilterProvider;
import io.jadegate.api.net.IpRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
        return new Ingredients(settings, lists(settings, context));
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
        List<Cidr> allow = new ArrayList<>(settings.allow());
        List<Cidr> deny = new ArrayList<>(settings.deny());
        for (IpListConfig list : lists(settings, context)) {
            allow.addAll(list.allow());
            deny.addAll(list.deny());
        }
        return new IpFilter(IpRules.of(allow, deny));
    }

    private static List<IpListConfig> lists(IpFilterSettings settings, FilterContext context) {
        Map<String, IpListConfig> known = context.config().ipLists();
        return settings.lists().stream().filter(known::containsKey).map(known::get).toList();
    }

    private record Ingredients(IpFilterSettings settings, List<IpListConfig> lists) {}
}
