package io.jadegate.server.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// From the change of a file to the change of an answer, in every way that files change.
@Timeout(60)
class WatchedFilesTest {
    private static final String NODE =
            """
            node: { admin: { address: "127.0.0.1:0" }, access-log: { to: off } }
            listeners: { web: { address: "127.0.0.1:0" } }
            """;

    @TempDir private Path folder;

    @Test
    void servesByAFileThatIsEditedInPlace() throws Exception {
        Path file = write("gateway.yaml", NODE + hello("one"));
        try (RunningNode node = RunningNode.run(file)) {
            node.awaitAnswer("/hello", "one");
            write("gateway.yaml", NODE + hello("two"));
            node.awaitAnswer("/hello", "two");
            write("gateway.yaml", NODE + hello("three"));
            node.awaitAnswer("/hello", "three");
        }
    }

    @Test
    void servesByAFileThatAnotherTakesThePlaceOf() throws Exception {
        Path file = write("gateway.yaml", NODE + hello("one"));
        try (RunningNode node = RunningNode.run(file)) {
            node.awaitAnswer("/hello", "one");
            move(write("gateway.yaml.new", NODE + hello("two")), file);
            node.awaitAnswer("/hello", "two");
            move(write("gateway.yaml.new", NODE + hello("three")), file);
            node.awaitAnswer("/hello", "three");
        }
    }

    /// A volume of Kubernetes: `gateway.yaml` → `..data/gateway.yaml`, and `..data` → a folder that
    /// is made anew for each version.
    @Test
    void servesByAFileBehindALinkThatIsSwapped() throws Exception {
        write("..v1/gateway.yaml", NODE + hello("one"));
        Path data = Files.createSymbolicLink(folder.resolve("..data"), Path.of("..v1"));
        Path file =
                Files.createSymbolicLink(
                        folder.resolve("gateway.yaml"), Path.of("..data/gateway.yaml"));
        try (RunningNode node = RunningNode.run(file)) {
            node.awaitAnswer("/hello", "one");
            write("..v2/gateway.yaml", NODE + hello("two"));
            move(Files.createSymbolicLink(folder.resolve("..new"), Path.of("..v2")), data);
            Files.delete(folder.resolve("..v1/gateway.yaml"));
            node.awaitAnswer("/hello", "two");
            write("..v3/gateway.yaml", NODE + hello("three"));
            move(Files.createSymbolicLink(folder.resolve("..new"), Path.of("..v3")), data);
            node.awaitAnswer("/hello", "three");
        }
    }

    @Test
    void servesByFilesThatComeAndGoInAnIncludedFolder() throws Exception {
        Path file = write("gateway.yaml", NODE + "include: conf.d/*.yaml\n" + hello("one"));
        Files.createDirectory(folder.resolve("conf.d"));
        try (RunningNode node = RunningNode.run(file)) {
            node.awaitAnswer("/more", "ROUTE_NOT_FOUND");
            Path more = write("conf.d/more.yaml", route("more", "first"));
            node.awaitAnswer("/more", "first");
            write("conf.d/more.yaml", route("more", "second"));
            node.awaitAnswer("/more", "second");
            Files.delete(more);
            node.awaitAnswer("/more", "ROUTE_NOT_FOUND");
            assertThat(node.get("/hello")).isEqualTo("one");
        }
    }

    @Test
    void readsTheFileAgainOnHangup() throws Exception {
        Path file = write("gateway.yaml", NODE + hello("one"));
        try (RunningNode node = RunningNode.run(file)) {
            node.awaitAnswer("/hello", "one");
            node.signal("HUP");
            node.awaitSaid("revision 2 serves");
            node.awaitAnswer("/hello", "one");
        }
    }

    @Test
    void servesOnWhileTheFileIsWrongAndTellsWhere() throws Exception {
        Path file = write("gateway.yaml", NODE + hello("one"));
        try (RunningNode node = RunningNode.run(file)) {
            node.awaitAnswer("/hello", "one");
            write(
                    "gateway.yaml",
                    NODE + "routes:\n  hello: { match: { path: /hello }, upstream: ap }\n");
            node.awaitSaid("gateway.yaml:4:47: routes.hello.upstream: ");
            assertThat(node.get("/hello")).isEqualTo("one");

            write("gateway.yaml", NODE + "routes: [ never closed\n");
            node.awaitSaid("gateway.yaml:4:1: not valid YAML: ");
            assertThat(node.get("/hello")).isEqualTo("one");

            write("gateway.yaml", NODE + hello("two"));
            node.awaitAnswer("/hello", "two");
        }
    }

    // ---- files

    private static String hello(String body) {
        return route("hello", body);
    }

    private static String route(String name, String body) {
        return """
        routes:
          %1$s: { match: { path: /%1$s }, respond: { body: %2$s } }
        """
                .formatted(name, body);
    }

    private Path write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.resolveSibling("."));
        return Files.writeString(file, text);
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
