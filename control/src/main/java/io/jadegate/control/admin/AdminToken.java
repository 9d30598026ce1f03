package io.jadegate.control.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

/// The secret that opens the admin address: whoever can read its file may run the gateway.
///
/// It is made at the first start, 256 random bits in `admin-token` in the state folder, readable by
/// the owner only, and stays until somebody deletes the file. Never printed.
public final class AdminToken {
    private static final String FILE = "admin-token";
    private static final int OCTETS = 32;

    /// Enough for 192 bits in base 64; whoever writes a token of his own must not make it
    /// guessable.
    private static final int MIN_LENGTH = 32;

    private final byte[] secret;

    private AdminToken(String secret) {
        this.secret = secret.getBytes(UTF_8);
    }

    static AdminToken of(String secret) {
        return new AdminToken(secret);
    }

    /// Reads the token of a node.
    ///
    /// @throws NoSuchFileException when the node never started with that state folder
    /// @throws IOException when the file cannot be read or holds no token
    public static AdminToken read(Path stateFolder) throws IOException {
        Path file = stateFolder.resolve(FILE);
        String secret = Files.readString(file).strip();
        if (secret.length() < MIN_LENGTH || !secret.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IOException(
                    file
                            + ": holds no token of at least "
                            + MIN_LENGTH
                            + " visible characters; delete it to have one made");
        }
        return new AdminToken(secret);
    }

    /// Reads the token or makes it, with its folder.
    ///
    /// @throws IOException when it can be neither read nor written
    public static AdminToken readOrMake(Path stateFolder) throws IOException {
        try {
            return read(stateFolder);
        } catch (NoSuchFileException firstStart) {
            make(stateFolder);
            return read(stateFolder);
        }
    }

    private static void make(Path stateFolder) throws IOException {
        Files.createDirectories(stateFolder);
        var octets = new byte[OCTETS];
        new SecureRandom().nextBytes(octets);
        String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
        // Whole or not at all: another process that starts now must not read half a token.
        Path draft =
                Files.createTempFile(
                        stateFolder,
                        FILE,
                        ".new",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        try {
            Files.write(draft, (secret + "\n").getBytes(US_ASCII));
            Files.move(draft, stateFolder.resolve(FILE));
        } catch (FileAlreadyExistsException madeByAnother) {
            Files.delete(draft);
        }
    }

    /// Whether `presented` is the token; takes as long whatever it is.
    boolean is(String presented) {
        return MessageDigest.isEqual(secret, presented.getBytes(UTF_8));
    }

    /// The token itself, for an `Authorization` field.
    public String reveal() {
        return new String(secret, UTF_8);
    }

    @Override
    public String toString() {
        return "AdminToken";
    }
}
