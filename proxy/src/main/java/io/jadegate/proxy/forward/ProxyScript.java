package io.jadegate.proxy.forward;

import io.jadegate.api.config.Cidr;
import io.jadegate.api.config.ForwardConfig;
import io.jadegate.api.config.ForwardConfig.TargetConfig;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// The script by which browsers find out what goes through a forward proxy (proxy auto-config):
/// what its rules may allow does, the rest goes directly. Immutable.
///
/// A script sees names and not where they lead. So networks count for addresses in the URL only,
/// but for a network of everything, which sends all names with its ports through the proxy; there
/// the rules decide.
public final class ProxyScript {
    private final String allow;
    private final String deny;

    public ProxyScript(ForwardConfig config) {
        this.allow = rules(config.allow());
        this.deny = rules(config.deny());
    }

    /// The script for clients that reach the proxy at a destination.
    ///
    /// @param secure whether they speak TLS with it
    public String text(Destination proxy, boolean secure) {
        String way = (secure ? "HTTPS " : "PROXY ") + proxy;
        return """
        function FindProxyForURL(url, host) {
          var parts = /^([^:]*):\\/\\/(?:[^\\/?#@]*@)?(?:\\[[^\\]]*\\]|[^:\\/?#]*)(?::(\\d+))?/.exec(url);
          var scheme = parts ? parts[1].toLowerCase() : "";
          var port = parts && parts[2] ? Number(parts[2]) : scheme === "https" || scheme === "wss" ? 443 : 80;
          host = host.toLowerCase().replace(/^\\[|\\]$|\\.$/g, "");
          var literal = /^\\d+\\.\\d+\\.\\d+\\.\\d+$/.test(host);
          function named(rules) {
            for (var i = 0; i < rules.length; i++) {
              var rule = rules[i];
              for (var j = 0; j < rule.ports.length; j++) {
                if (rule.ports[j] === port
                    && (rule.all
                        || rule.host === host
                        || (rule.suffix && !literal && host.length > rule.suffix.length
                            && host.substring(host.length - rule.suffix.length) === rule.suffix)
                        || (rule.network && literal && isInNet(host, rule.network, rule.mask)))) {
                  return true;
                }
              }
            }
            return false;
          }
          var deny = [%s];
          var allow = [%s];
          return named(allow) && !named(deny) ? "%s" : "DIRECT";
        }
        """
                .formatted(deny, allow, way);
    }

    private static String rules(List<TargetConfig> targets) {
        return targets.stream()
                .map(target -> "{" + place(target) + ", ports: " + target.ports() + "}")
                .collect(Collectors.joining(", "));
    }

    /// Neither hosts nor networks can hold what ends a text, by the forms that their texts have.
    private static String place(TargetConfig target) {
        Cidr network = target.network();
        if (network != null) {
            return network.length() == 0 ? "all: true" : place(network);
        }
        String host = String.valueOf(target.host()).toLowerCase(Locale.ROOT);
        if (host.equals("*")) {
            return "all: true";
        }
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        return name.startsWith("*.")
                ? "suffix: \"" + name.substring(1) + "\""
                : "host: \"" + name.replace("[", "").replace("]", "") + "\"";
    }

    /// Browsers can tell only of IPv4 addresses whether a network holds them.
    private static String place(Cidr network) {
        byte[] address = network.address();
        if (address.length != 4) {
            return "none: true";
        }
        int mask = -1 << (32 - network.length());
        return "network: \"%s\", mask: \"%s\""
                .formatted(
                        dotted(address[0], address[1], address[2], address[3]),
                        dotted(mask >>> 24, mask >>> 16, mask >>> 8, mask));
    }

    private static String dotted(int a, int b, int c, int d) {
        return (a & 0xff) + "." + (b & 0xff) + "." + (c & 0xff) + "." + (d & 0xff);
    }
}
