package io.jadegate.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.Cidr;
import io.jadegate.api.config.ClientAddressConfig;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.proxy.stream.Peer;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientAddressesTest {
    private static Peer peer(String address) throws UnknownHostException {
        InetAddress inet = InetAddress.getByName(address);
        return new Peer(inet, Peer.text(inet), 1234, null, 80, /* tls= */ null);
    }

    /// Lines of a field are separated by `/`.
    private static String client(
            ClientAddressConfig config, FieldName name, String peer, String lines)
            throws UnknownHostException {
        HeaderFields fields = new HeaderFields();
        if (!lines.isEmpty()) {
            for (String line : lines.split("/", -1)) {
                fields.add(name, line.strip());
            }
        }
        return new ClientAddresses(config).client(fields, peer(peer)).text();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    192.0.2.1 | 1.1.1.1                        | 192.0.2.1
                    10.0.0.1  | ''                             | 10.0.0.1
                    10.0.0.1  | 1.1.1.1                        | 1.1.1.1
                    10.0.0.1  | 9.9.9.9, 1.1.1.1               | 1.1.1.1
                    10.0.0.1  | 9.9.9.9, 1.1.1.1, 10.0.0.2     | 1.1.1.1
                    10.0.0.1  | 9.9.9.9 / 1.1.1.1, 10.0.0.2    | 1.1.1.1
                    10.0.0.1  | 10.0.0.3, 10.0.0.2             | 10.0.0.3
                    10.0.0.1  | 1.1.1.1, unknown               | 10.0.0.1
                    10.0.0.1  | 1.1.1.1, unknown, 10.0.0.2     | 10.0.0.2
                    10.0.0.1  | 1.1.1.1,                       | 10.0.0.1
                    10.0.0.1  | 1.1.1.1:5000                   | 1.1.1.1
                    10.0.0.1  | 2001:DB8::1                    | 2001:db8::1
                    10.0.0.1  | [2001:db8::1]:5000             | 2001:db8::1
                    10.0.0.1  | [2001:db8::1]                  | 2001:db8::1
                    10.0.0.1  | ::ffff:1.1.1.1                 | 1.1.1.1
                    10.0.0.1  | ::ffff:10.0.0.2                | 10.0.0.2
                    10.0.0.1  | 1.1.1.1, ::ffff:10.0.0.2       | 1.1.1.1
                    10.0.0.1  | 1.1.1                          | 10.0.0.1
                    10.0.0.1  | 010.1.1.1                      | 10.0.0.1
                    10.0.0.1  | ::ffff:1.1.1.01                | 10.0.0.1
                    10.0.0.1  | fe80::1%eth0                   | 10.0.0.1
                    10.0.0.1  | 01.1.1.1.1                     | 10.0.0.1
                    10.0.0.1  | 1.1.1.1 2.2.2.2                | 10.0.0.1
                    10.0.0.1  | "1.1.1.1"                      | 10.0.0.1
                    10.0.0.1  | localhost                      | 10.0.0.1
                    fd00::1   | 1.1.1.1                        | 1.1.1.1
                    """)
    void isTheRightmostAddressThatIsNotTrusted(String peer, String lines, String client)
            throws UnknownHostException {
        ClientAddressConfig config =
                new ClientAddressConfig(
                        List.of(Cidr.parse("10.0.0.0/8"), Cidr.parse("fd00::/8")),
                        0,
                        ClientAddressConfig.Header.X_FORWARDED_FOR);

        assertThat(client(config, FieldName.X_FORWARDED_FOR, peer, lines)).isEqualTo(client);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    1 | ''                         | 192.0.2.1
                    1 | 1.1.1.1                    | 1.1.1.1
                    1 | 9.9.9.9, 1.1.1.1           | 1.1.1.1
                    2 | 1.1.1.1                    | 192.0.2.1
                    2 | 1.1.1.1, 2.2.2.2           | 1.1.1.1
                    2 | 9.9.9.9, 1.1.1.1, 2.2.2.2  | 1.1.1.1
                    2 | 1.1.1.1, x                 | 192.0.2.1
                    """)
    void isCountedWhereTheNumberOfProxiesIsKnown(int hops, String line, String client)
            throws UnknownHostException {
        ClientAddressConfig config =
                new ClientAddressConfig(
                        List.of(), hops, ClientAddressConfig.Header.X_FORWARDED_FOR);

        assertThat(client(config, FieldName.X_FORWARDED_FOR, "192.0.2.1", line)).isEqualTo(client);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    for=1.1.1.1                                 | 1.1.1.1
                    For=1.1.1.1;proto=http;by=_x                | 1.1.1.1
                    proto=http; for="1.1.1.1:80"                | 1.1.1.1
                    for="[2001:db8::1]:80"                      | 2001:db8::1
                    for=9.9.9.9, for=1.1.1.1                    | 1.1.1.1
                    for=1.1.1.1, for=10.0.0.2                   | 1.1.1.1
                    for=unknown                                 | 10.0.0.1
                    for=_hidden, for=10.0.0.2                   | 10.0.0.2
                    for=" , for=1.1.1.1                         | 1.1.1.1
                    by=1.1.1.1                                  | 10.0.0.1
                    xfor=1.1.1.1                                | 10.0.0.1
                    """)
    void isReadFromForwarded(String line, String client) throws UnknownHostException {
        ClientAddressConfig config =
                new ClientAddressConfig(
                        List.of(Cidr.parse("10.0.0.0/8")), 0, ClientAddressConfig.Header.FORWARDED);

        assertThat(client(config, FieldName.FORWARDED, "10.0.0.1", line)).isEqualTo(client);
    }
}
