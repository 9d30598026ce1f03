package io.jadegate.control.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminTokenTest {
    @TempDir private Path folder;

    @Test
    void isMadeOnceForTheOwnerOnly() throws IOException {
        Path state = folder.resolve("new/state");
        String made = AdminToken.readOrMake(state).reveal();
        assertThat(made).matches("[A-Za-z0-9_-]{43}");
        assertThat(AdminToken.readOrMake(state).reveal()).isEqualTo(made);
        assertThat(Files.getPosixFilePermissions(state.resolve("admin-token")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        try (Stream<Path> files = Files.list(state)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void twoNodesHaveTwoTokens() throws IOException {
        assertThat(AdminToken.readOrMake(folder.resolve("a")).reveal())
                .isNotEqualTo(AdminToken.readOrMake(folder.resolve("b")).reveal());
    }

    @Test
    void aTokenOfOnesOwnMustBeLong() throws IOException {
        Files.writeString(folder.resolve("admin-token"), "secret\n");
        assertThatThrownBy(() -> AdminToken.readOrMake(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("at least 32 visible characters")
                .hasMessageNotContaining("secret");
        Files.writeString(folder.resolve("admin-token"), "correct-horse-battery-staple-4711\n");
        assertThat(AdminToken.readOrMake(folder).reveal())
                .isEqualTo("correct-horse-battery-staple-4711");
    }

    @Test
    void readingMakesNothing() {
        assertThatThrownBy(() -> AdminToken.read(folder)).isInstanceOf(NoSuchFileException.class);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void onlyTheTokenIsTheToken() throws IOException {
        AdminToken token = AdminToken.readOrMake(folder);
        assertThat(token.is(token.reveal())).isTrue();
        assertThat(token.is(token.reveal() + " ")).isFalse();
        assertThat(token.is("")).isFalse();
        assertThat(token).hasToString("AdminToken");
    }
}
