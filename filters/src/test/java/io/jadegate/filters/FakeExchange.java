package io.jadegate.filters;

import io.jadegate.api.config.Config;
import io.jadegate.api.config.ForwardConfig;
import io.jadegate.api.config.IpListConfig;
import io.jadegate.api.config.UserConfig;
import io.jadegate.api.filter.FilterContext;
import io.jadegate.api.filter.HttpExchange;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.RequestHead;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One request on its way through filters, without a connection.
public final class FakeExchange implements HttpExchange {
    private final RequestHead received = new RequestHead();
    private final Map<Key<?>, Object> values = new HashMap<>();
    private final Map<String, String> pathParameters = new HashMap<>();
    private @Nullable RequestHead edited;
    private InetAddress client = InetAddress.getLoopbackAddress();
    private int matchedLength;

    private FakeExchange() {}

    /// A request for a canonical path, perhaps with a query.
    public static FakeExchange request(String method, String uri) {
        var exchange = new FakeExchange();
        int question = uri.indexOf('?');
        exchange.received.method(Method.of(method));
        exchange.received.path(question < 0 ? uri : uri.substring(0, question));
        exchange.received.query(question < 0 ? null : uri.substring(question + 1));
        int host = exchange.received.fields().append("shop.example.com");
        exchange.received.authority(host, host + 16, host, host + 16, -1);
        return exchange;
    }

    public FakeExchange header(String name, String value) {
        received.fields().add(FieldName.of(name), value);
        return this;
    }

    public FakeExchange from(String address) {
        try {
            client = InetAddress.getByName(address);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(address, e);
        }
        return this;
    }

    /// The route matched the first octets of the path.
    public FakeExchange matched(int length) {
        matchedLength = length;
        return this;
    }

    public FakeExchange captured(String name, String value) {
        pathParameters.put(name, value);
        return this;
    }

    /// Whether a filter has asked for a copy to edit.
    public boolean edited() {
        return edited != null;
    }

    /// What a filter may use, with some named lists of addresses.
    public static FilterContext context(Map<String, IpListConfig> ipLists) {
        return new FilterContext(
                new Config(
                        null, Map.of(), ipLists, Map.of(), Map.of(), Map.of(), Map.of(), Map.of(),
                        Map.of(), Map.of(), Map.of(), null));
    }

    /// A configuration that has users and nothing else.
    public static Config configOf(Map<String, UserConfig> users) {
        return new Config(
                null, Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), users,
                Map.of(), Map.of(), null);
    }

    /// A forward proxy that goes nowhere and asks in these ways.
    public static ForwardConfig forwardBy(ForwardConfig.Authentication... ways) {
        return new ForwardConfig(List.of(), List.of(), List.of(ways), null, null, null, true, true);
    }

    @Override
    public RequestHead received() {
        return received;
    }

    @Override
    public RequestHead request() {
        return edited == null ? received : edited;
    }

    @Override
    public RequestHead edit() {
        if (edited == null) {
            edited = new RequestHead();
            edited.copyFrom(received);
        }
        return edited;
    }

    @Override
    public InetAddress clientAddress() {
        return client;
    }

    @Override
    public String clientAddressText() {
        return client.getHostAddress();
    }

    @Override
    public String requestId() {
        return "r-1";
    }

    @Override
    public String listener() {
        return "web";
    }

    @Override
    public String route() {
        return "orders";
    }

    @Override
    public String upstream() {
        return "orders";
    }

    @Override
    public int matchedLength() {
        return matchedLength;
    }

    @Override
    public @Nullable String pathParameter(String name) {
        return pathParameters.get(name);
    }

    @Override
    public <T> @Nullable T get(Key<T> key) {
        Object value = values.get(key);
        return value == null ? null : key.cast(value);
    }

    @Override
    public <T> void put(Key<T> key, T value) {
        values.put(key, value);
    }
}
