package io.jadegate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.filter.ConnectionFilterProvider;
import io.jadegate.api.filter.FilterProvider;
import io.jadegate.api.filter.HttpFilterProvider;
import io.jadegate.control.config.ConfigLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/// What is published about the configuration is what this version reads, all filters included. With
/// `GOLDEN_UPDATE=true` in the environment the files are written instead of compared.
class PublishedConfigurationTest {

    private static final Path SCHEMA = Path.of("../docs/jadegate.schema.json");
    private static final Path GUIDE = Path.of("../docs/configuration.md");
    private static final String BEGIN =
            "<!-- The tables below are generated; do not edit them. -->\n";

    private final ConfigLoader loader = loader();

    private static ConfigLoader loader() {
        var providers = new ArrayList<FilterProvider<?>>();
        ServiceLoader.load(HttpFilterProvider.class).forEach(providers::add);
        ServiceLoader.load(ConnectionFilterProvider.class).forEach(providers::add);
        return ConfigLoader.of(providers);
    }

    @Test
    void theSchemaInTheDocumentationIsTheOneOfThisVersion() throws IOException {
        assertPublished(SCHEMA, loader.jsonSchema());
    }

    @Test
    void theTablesInTheGuideAreThoseOfThisVersion() throws IOException {
        var guide = Files.readString(GUIDE);
        assertThat(guide).contains(BEGIN);

        assertPublished(
                GUIDE, guide.substring(0, guide.indexOf(BEGIN)) + BEGIN + "\n" + loader.keyTable());
    }

    private static void assertPublished(Path file, String expected) throws IOException {
        if ("true".equals(System.getenv("GOLDEN_UPDATE"))) {
            Files.writeString(file, expected);
        } else {
            assertThat(Files.readString(file)).isEqualTo(expected);
        }
    }
}
