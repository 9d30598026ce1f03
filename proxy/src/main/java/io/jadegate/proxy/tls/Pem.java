package io.jadegate.proxy.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// One block of a PEM file (RFC 7468).
///
/// @param label what it says it is, such as `CERTIFICATE`
/// @param headers whether it has header lines, as OpenSSL's old encryption writes them
/// @param content its octets
record Pem(String label, boolean headers, byte[] content) {
    private static final String BEGIN = "-----BEGIN ";
    private static final String DASHES = "-----";

    /// Whether a file looks like PEM at all.
    static boolean is(byte[] file) {
        return new String(file, ISO_8859_1).contains(BEGIN);
    }

    /// The blocks of a file, in its order. What stands between them says nothing.
    ///
    /// @throws IllegalArgumentException when a block has no end or is not Base64
    static List<Pem> blocks(byte[] file) {
        List<Pem> blocks = new ArrayList<>();
        StringBuilder base64 = new StringBuilder();
        String label = "";
        boolean headers = false;
        for (String raw : new String(file, ISO_8859_1).lines().toList()) {
            String line = raw.strip();
            if (label.isEmpty()) {
                if (line.startsWith(BEGIN) && line.endsWith(DASHES)) {
                    label = line.substring(BEGIN.length(), line.length() - DASHES.length());
                    headers = false;
                    base64.setLength(0);
                }
            } else if (line.equals("-----END " + label + DASHES)) {
                byte[] content = Base64.getDecoder().decode(base64.toString());
                blocks.add(new Pem(label, headers, content));
                label = "";
            } else if (line.indexOf(':') >= 0) {
                headers = true;
            } else {
                base64.append(line);
            }
        }
        if (!label.isEmpty()) {
            throw new IllegalArgumentException("a block has no end");
        }
        return blocks;
    }
}
