package io.jadegate.server;

import io.jadegate.filters.password.PasswordHasher;
import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "hash-password",
        description =
                "Reads a password, twice from a terminal or else the first line of standard input,"
                        + " and prints its Argon2id hash for users.NAME.password.")
final class HashPasswordCommand implements Runnable {
    private static final int MOST_OCTETS = 512;

    @Spec private CommandSpec spec;

    @Override
    @SuppressWarnings("SystemConsoleNull") // JDK 25 has none again where nobody types
    public void run() {
        Console console = System.console();
        byte[] password =
                console != null && console.isTerminal() ? asked(console) : firstLine(System.in);
        if (password.length == 0) {
            throw new IllegalArgumentException("the password is empty");
        }
        if (password.length > MOST_OCTETS) {
            throw new IllegalArgumentException("the password is longer than 512 octets");
        }
        for (byte octet : password) {
            if ((octet >= 0 && octet < ' ') || octet == 0x7f) {
                throw new IllegalArgumentException(
                        "the password holds a control character, which no client could send");
            }
        }
        var out = spec.commandLine().getOut();
        out.println(PasswordHasher.hash(password));
        out.flush();
        Arrays.fill(password, (byte) 0);
    }

    private static byte[] asked(Console console) {
        char[] first = console.readPassword("Password: ");
        char[] second = console.readPassword("Again: ");
        if (first == null || second == null || !Arrays.equals(first, second)) {
            throw new IllegalArgumentException("the two are not equal");
        }
        var octets = StandardCharsets.UTF_8.encode(CharBuffer.wrap(first));
        byte[] password = new byte[octets.remaining()];
        octets.get(password);
        return password;
    }

    private static byte[] firstLine(InputStream in) {
        try {
            var line = new ByteArrayOutputStream();
            for (int c = in.read(); c >= 0 && c != '\n' && line.size() <= MOST_OCTETS + 1; ) {
                line.write(c);
                c = in.read();
            }
            byte[] octets = line.toByteArray();
            boolean carriage = octets.length > 0 && octets[octets.length - 1] == '\r';
            return carriage ? Arrays.copyOf(octets, octets.length - 1) : octets;
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read standard input: " + e.getMessage(), e);
        }
    }
}
