package io.jadegate.server;

import io.jadegate.proxy.tls.CertificateAuthority;
import io.jadegate.proxy.tls.Credential;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "cert",
        description = "Makes certificates.",
        subcommands = CertCommand.DevCommand.class)
final class CertCommand implements Runnable {

    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: cert dev");
    }

    @Command(
            name = "dev",
            description = {
                "Makes an authority and a certificate by it, for development: ca.pem, server.pem"
                        + " and server.key.",
                "Clients believe the certificate once they are told to believe ca.pem. The"
                        + " authority's own key is not kept."
            })
    static final class DevCommand implements Runnable {
        private static final Duration VALIDITY = Duration.ofDays(397);

        /// Clocks of other machines may be behind.
        private static final Duration BEFORE = Duration.ofHours(1);

        @Parameters(
                paramLabel = "HOST",
                arity = "0..*",
                description = "DNS names, wildcards and IP addresses; localhost when left out")
        private List<String> hosts = List.of("localhost", "127.0.0.1", "::1");

        @Option(
                names = "--out",
                paramLabel = "DIR",
                description = "where the files go, by default certs; what is there is not replaced")
        private Path out = Path.of("certs");

        @Spec private CommandSpec spec;

        @Override
        public void run() {
            for (String host : hosts) {
                if (!host.matches("(\\*\\.)?[A-Za-z0-9_.-]+|[0-9A-Fa-f:.]+")) {
                    throw new ParameterException(
                            spec.commandLine(),
                            "\"" + host + "\" is neither a DNS name nor an IP address");
                }
            }
            Instant now = Instant.now();
            Instant until = now.plus(VALIDITY);
            CertificateAuthority authority =
                    CertificateAuthority.create(
                            "Jadegate development authority", now.minus(BEFORE), until);
            Credential server = authority.issue(hosts, now.minus(BEFORE), until);
            try {
                Files.createDirectories(out);
                write("ca.pem", CertificateAuthority.chainPem(authority.credential()), "rw-r--r--");
                write("server.pem", CertificateAuthority.chainPem(server), "rw-r--r--");
                write("server.key", CertificateAuthority.keyPem(server), "rw-------");
            } catch (IOException e) {
                throw new IllegalArgumentException("cannot write into \"" + out + "\": " + e, e);
            }
        }

        private void write(String name, String text, String permissions) throws IOException {
            Path file = out.resolve(name);
            if (Files.exists(file)) {
                throw new IllegalArgumentException(
                        "\""
                                + file
                                + "\" is there already; remove it, or name another folder by"
                                + " --out");
            }
            FileAttribute<?> mode =
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString(permissions));
            Files.writeString(Files.createFile(file, mode), text);
            spec.commandLine().getOut().println(file);
        }
    }
}
