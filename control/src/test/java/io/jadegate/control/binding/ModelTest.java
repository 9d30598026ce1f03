package io.jadegate.control.binding;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.Config;
import io.jadegate.api.config.NodeConfig;
import io.jadegate.control.binding.Shape.Block;
import io.jadegate.control.binding.Shape.Choice;
import io.jadegate.control.binding.Shape.ConnectionFilters;
import io.jadegate.control.binding.Shape.FilterEntries;
import io.jadegate.control.binding.Shape.Hidden;
import io.jadegate.control.binding.Shape.Items;
import io.jadegate.control.binding.Shape.Named;
import io.jadegate.control.binding.Shape.Single;
import io.jadegate.control.binding.Shape.Words;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The records describe themselves completely.
class ModelTest {

    private final Set<Block> blocks = new LinkedHashSet<>();

    ModelTest() {
        var shapes = new Shapes(Map.of(), Map.of(), NotesIndex.empty());
        collect(shapes.block(NodeConfig.class));
        collect(shapes.block(Config.class));
        collect(shapes.block(Beside.class));
    }

    private void collect(Shape shape) {
        switch (shape) {
            case Block block -> {
                if (blocks.add(block)) {
                    block.settings().values().forEach(setting -> collect(setting.shape()));
                }
            }
            case Items(var item) -> collect(item);
            case Named(var value) -> collect(value);
            case Choice choice -> {
                // Each look at a sealed interface makes new blocks of its cases.
                var known = blocks.stream().map(Block::type).toList();
                choice.cases()
                        .values()
                        .forEach(form -> {
                            if (!known.contains(form.block().type())) {
                                collect(form.block());
                            }
                        });
            }
            case Single _, Words _, FilterEntries _, ConnectionFilters _, Hidden _ -> {}
        }
    }

    @Test
    void everyKeyIsDescribed() {
        assertThat(blocks).hasSizeGreaterThan(50);
        for (var block : blocks) {
            for (var setting : block.settings().values()) {
                assertThat(setting.doc()).as("%s.%s", block.type(), setting.key()).isNotBlank();
            }
        }
    }

    @Test
    void whatMayBeAbsentHasADefaultOrIsNullable() {
        for (var block : blocks) {
            for (var setting : block.settings().values()) {
                var sure =
                        setting.required()
                                || setting.absent() != null
                                || setting.shape() instanceof Items
                                || setting.shape() instanceof Named;
                assertThat(isNullable(setting))
                        .as("%s.%s", block.type(), setting.key())
                        .isEqualTo(!sure);
            }
        }
    }

    private static boolean isNullable(Setting setting) {
        return setting.component().getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    @Test
    void aShorthandNamesAKeyOrACase() {
        for (var block : blocks) {
            var annotation = block.type().getAnnotation(io.jadegate.api.config.Shorthand.class);
            if (annotation != null) {
                assertThat(block.settings()).containsKey(annotation.value());
            }
        }
    }

    @Test
    void aChoiceHasCasesOfOneKeyOnlyInTheirShortForm() {
        // Otherwise the file would say the same thing twice: { template: { file: … } }.
        assertThat(
                        blocks.stream()
                                .filter(block -> block.type().getInterfaces().length > 0)
                                .filter(block -> block.settings().size() == 1)
                                .filter(block -> !block.transparent())
                                .map(block -> block.type().getSimpleName()))
                .containsExactlyInAnyOrderElementsOf(
                        List.of("Etcd", "Etcd", "Zookeeper", "Consul", "Eureka", "Kubernetes"));
    }

    @Test
    void theIndexThatWasBuiltSaysWhatTheAnnotationsSay() throws IOException {
        try (var in = NotesIndex.class.getResourceAsStream(NotesIndex.RESOURCE)) {
            assertThat(in).isNotNull();
            assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo(NotesIndexer.index());
        }
        var built = NotesIndex.built();
        for (var block : blocks) {
            assertThat(built.of(block.type())).isEqualTo(Notes.read(block.type()));
            for (var setting : block.settings().values()) {
                var component = setting.component();
                assertThat(built.of(block.type(), component.getName(), component))
                        .isEqualTo(Notes.read(component));
            }
        }
    }

    @Test
    void suggestsOnlyWhatIsNear() {
        var names = List.of("orders", "search", "web");

        assertThat(Suggestion.nearest("ordrs", names)).isEqualTo("orders");
        assertThat(Suggestion.nearest("odrers", names)).isEqualTo("orders");
        assertThat(Suggestion.nearest("wbe", names)).isEqualTo("web");
        assertThat(Suggestion.nearest("payments", names)).isNull();
        assertThat(Suggestion.nearest("x", List.of("y"))).isNull();
        assertThat(Suggestion.nearest("", names)).isNull();
    }
}
