package io.jadegate.api.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HeaderFieldsTest {
    private static final List<String> NAMES =
            List.of("Host", "Via", "Cookie", "X-A", "X-B", "x-a", "Via2", "Set-Cookie");

    /// What fields are to a person: a list of names and values.
    private record Line(String name, String value) {
        boolean isNamed(String other) {
            return name.equalsIgnoreCase(other);
        }
    }

    /// Puts a line into the array as a scanner would, with as much white space as it came with.
    private static void scan(HeaderFields fields, String name, String space, String value) {
        int start = fields.append(name + ":" + space + value + "\r\n");
        int nameEnd = start + name.length();
        int valueStart = nameEnd + 1 + space.length();
        int hash = 0;
        for (int i = start; i < nameEnd; i++) {
            hash = HeaderFields.hashStep(hash, Ascii.tokenLower(fields.bytes()[i]));
        }
        fields.addScanned(start, nameEnd, valueStart, valueStart + value.length(), hash);
    }

    private static String written(HeaderFields fields, HeaderFields.Selection selection) {
        Octets out = new Octets(16);
        fields.writeTo(out, selection);
        return out.toString();
    }

    private static String expected(List<Line> model) {
        StringBuilder text = new StringBuilder();
        model.forEach(
                line -> text.append(line.name).append(": ").append(line.value).append("\r\n"));
        return text.toString();
    }

    private static String spelt(String name) {
        return new String(FieldName.of(name).display(), ISO_8859_1);
    }

    private static void assertSame(HeaderFields fields, List<Line> model) {
        assertThat(written(fields, HeaderFields.Selection.ALL)).isEqualTo(expected(model));
        assertThat(fields.size()).isEqualTo(model.size());
        for (String name : NAMES) {
            List<String> values =
                    model.stream().filter(line -> line.isNamed(name)).map(Line::value).toList();
            FieldName field = FieldName.of(name);
            assertThat(fields.all(field)).isEqualTo(values);
            assertThat(fields.count(field)).isEqualTo(values.size());
            assertThat(fields.contains(field)).isEqualTo(!values.isEmpty());
            assertThat(fields.get(field)).isEqualTo(values.isEmpty() ? null : values.getFirst());
        }
    }

    @Test
    void editsAreThoseOfAListOfNamesAndValues() {
        SplittableRandom random = new SplittableRandom(42);
        for (int round = 0; round < 300; round++) {
            HeaderFields fields = new HeaderFields(random.nextInt(1, 64), random.nextInt(1, 4));
            List<Line> model = new ArrayList<>();
            for (int i = random.nextInt(10); i > 0; i--) {
                String name = NAMES.get(random.nextInt(NAMES.size()));
                String value = "v".repeat(random.nextInt(5)) + i;
                scan(fields, name, " ".repeat(random.nextInt(3)), value);
                model.add(new Line(name, value));
            }
            for (int i = random.nextInt(15); i > 0; i--) {
                edit(random, fields, model);
                assertSame(fields, model);
            }
            HeaderFields copy = new HeaderFields(1, 1);
            copy.copyFrom(fields);
            assertSame(copy, model);
        }
    }

    private static void edit(SplittableRandom random, HeaderFields fields, List<Line> model) {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        FieldName field = FieldName.of(name);
        String value = "e" + random.nextInt(1000);
        switch (random.nextInt(4)) {
            case 0 -> {
                fields.add(field, value);
                model.add(new Line(spelt(name), value));
            }
            case 1 -> {
                fields.set(field, value);
                model.removeIf(line -> line.isNamed(name));
                model.add(new Line(spelt(name), value));
            }
            case 2 -> {
                long before = model.stream().filter(line -> line.isNamed(name)).count();
                assertThat(fields.remove(field)).isEqualTo((int) before);
                model.removeIf(line -> line.isNamed(name));
            }
            default -> {
                if (!model.isEmpty()) {
                    int at = random.nextInt(model.size());
                    fields.removeAt(at);
                    model.remove(at);
                }
            }
        }
    }

    @Test
    void writesOnlyWhatASelectionKeeps() {
        SplittableRandom random = new SplittableRandom(43);
        for (int round = 0; round < 200; round++) {
            HeaderFields fields = new HeaderFields();
            List<Line> kept = new ArrayList<>();
            List<String> dropped = NAMES.stream().filter(_ -> random.nextBoolean()).toList();
            for (int i = 0; i < 12; i++) {
                String name = NAMES.get(random.nextInt(NAMES.size()));
                scan(fields, name, random.nextBoolean() ? " " : "", "v" + i);
                if (dropped.stream().noneMatch(name::equalsIgnoreCase)) {
                    kept.add(new Line(name, "v" + i));
                }
            }
            FieldName[] names = dropped.stream().map(FieldName::of).toArray(FieldName[]::new);

            assertThat(written(fields, HeaderFields.Selection.allBut(names)))
                    .isEqualTo(expected(kept));
        }
    }

    @Test
    void nothingPutInAsAValueCanEndALine() {
        HeaderFields fields = new HeaderFields();
        for (String value : List.of("a\r\nb: c", "a\nb", "a\rb", "a\0b", "\u010d", "\u007f")) {
            assertThatIllegalArgumentException().isThrownBy(() -> fields.add(FieldName.VIA, value));
        }
        assertThat(fields.size()).isZero();
    }

    @Test
    void findsATokenInAList() {
        HeaderFields fields = new HeaderFields();
        fields.add(FieldName.CONNECTION, "keep-alive , ,Upgrade");
        fields.add(FieldName.CONNECTION, "x-close");

        assertThat(fields.hasToken(FieldName.CONNECTION, "upgrade".getBytes(ISO_8859_1))).isTrue();
        assertThat(fields.hasToken(FieldName.CONNECTION, "x-close".getBytes(ISO_8859_1))).isTrue();
        assertThat(fields.hasToken(FieldName.CONNECTION, "close".getBytes(ISO_8859_1))).isFalse();
        assertThat(fields.hasToken(FieldName.CONNECTION, "keep".getBytes(ISO_8859_1))).isFalse();
    }

    @Test
    void isEmptyAfterItWasCleared() {
        HeaderFields fields = new HeaderFields(8, 1);
        fields.add(FieldName.VIA, "x".repeat(10_000));
        fields.clear(4096);

        assertThat(fields.size()).isZero();
        assertThat(fields.limit()).isZero();
        assertThat(fields.bytes().length).isLessThanOrEqualTo(4096);
        fields.add(FieldName.VIA, "y");
        assertThat(fields.toString()).isEqualTo("Via: y\n");
    }
}
