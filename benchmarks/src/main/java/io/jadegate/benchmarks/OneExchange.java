package io.jadegate.benchmarks;

import io.jadegate.api.filter.HttpExchange;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.RequestHead;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// The same browser's request over and over. An edit costs the copy of the head that it costs in an
/// exchange.
final class OneExchange implements HttpExchange {
    private final RequestHead received = new RequestHead();
    private final RequestHead edited = new RequestHead();
    private final InetAddress client;
    private boolean copied;

    OneExchange(InetAddress client) {
        this.client = client;
        int host = received.fields().append("shop.example.com");
        received.authority(host, host + 16, host, host + 16, -1);
        received.path("/orders/1234567/items");
        received.query("page=2&sort=price");
        add("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
        add("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
        add("Accept-Language", "en-US,en;q=0.5");
        add("Accept-Encoding", "gzip, deflate, br, zstd");
        add("Origin", "https://shop.example.com");
        add("Cookie", "sid=0123456789abcdef; theme=dark");
        add("X-Debug", "1");
    }

    private void add(String name, String value) {
        received.fields().add(FieldName.of(name), value);
    }

    /// Forgets edits.
    OneExchange begin() {
        copied = false;
        return this;
    }

    @Override
    public RequestHead received() {
        return received;
    }

    @Override
    public RequestHead request() {
        return copied ? edited : received;
    }

    @Override
    public RequestHead edit() {
        if (!copied) {
            edited.copyFrom(received);
            copied = true;
        }
        return edited;
    }

    @Override
    public InetAddress clientAddress() {
        return client;
    }

    @Override
    public String clientAddressText() {
        return "198.51.100.7";
    }

    @Override
    public String requestId() {
        return "0192f7c3a1b24d5e8f60718293a4b5c6";
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
        return 7;
    }

    @Override
    public @Nullable String pathParameter(String name) {
        return null;
    }

    @Override
    public <T> @Nullable T get(Key<T> key) {
        return null;
    }

    @Override
    public <T> void put(Key<T> key, T value) {}
}
