package io.jadegate.server.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/// Draws a [Course] as SVG: memory above, what is open below, both over time. Readable on light and
/// dark pages.
final class Graph {
    private static final int WIDTH = 860;
    private static final int LEFT = 64;
    private static final int RIGHT = 16;
    private static final int PANEL = 200;
    private static final int HEAD = 44;
    private static final int GAP = 40;
    private static final int HEIGHT = 2 * (HEAD + PANEL + GAP);
    private static final int LEGEND_STEP = 150;
    private static final int LINES = 4;
    private static final long MEBIBYTE = 1 << 20;

    /// One line of a panel.
    ///
    /// @param name as the legend has it
    /// @param style the class of the style sheet that colours it
    private record Curve(String name, String style, ToLongFunction<Sample> value) {}

    private static final List<Curve> MEMORY =
            List.of(
                    new Curve("resident", "a", each -> each.resident() / MEBIBYTE),
                    new Curve("heap in use", "b", each -> each.heap() / MEBIBYTE),
                    new Curve("buffers", "c", each -> each.buffers() / MEBIBYTE));

    private static final List<Curve> OPEN =
            List.of(
                    new Curve("descriptors", "a", Sample::descriptors),
                    new Curve("clients", "b", Sample::clients),
                    new Curve("tunnels", "c", Sample::tunnels),
                    new Curve("CLOSE_WAIT", "d", Sample::closeWait));

    private static final String STYLE =
            """
            <style>
              svg { background: #fff }
              text { fill: #333; font: 12px sans-serif }
              .grid { stroke: #ddd; stroke-width: 1 }
              polyline, .key { fill: none; stroke-width: 1.5 }
              .a { stroke: #0b6e4f } .b { stroke: #c4561a } .c { stroke: #2f5fc4 } .d { stroke: #b3207a }
              @media (prefers-color-scheme: dark) {
                svg { background: #0d1117 }
                text { fill: #c9d1d9 }
                .grid { stroke: #30363d }
                .a { stroke: #3ddc97 } .b { stroke: #ff9d5c } .c { stroke: #7aa7ff } .d { stroke: #ff7ac6 }
              }
            </style>
            """;

    private final Course course;

    Graph(Course course) {
        this.course = course;
    }

    /// Draws the file of samples that is named first into the file that is named second.
    public static void main(String... arguments) throws IOException {
        Course course = Course.read(Path.of(arguments[0]));
        Files.writeString(Path.of(arguments[1]), new Graph(course).svg());
    }

    String svg() {
        return """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %2$d" width="%1$d" height="%2$d" \
        role="img" aria-label="Memory and open connections during a soak">
        """
                        .formatted(WIDTH, HEIGHT)
                + STYLE
                + panel("MiB", MEMORY, HEAD)
                + panel("open", OPEN, HEAD + PANEL + GAP + HEAD)
                + "</svg>\n";
    }

    private String panel(String unit, List<Curve> curves, int top) {
        long most = roundedUp(most(curves));
        StringBuilder drawn = new StringBuilder();
        for (int i = 0; i <= LINES; i++) {
            int y = top + PANEL - PANEL * i / LINES;
            drawn.append(
                    "<path class=\"grid\" d=\"M%d %dH%d\"/>\n".formatted(LEFT, y, WIDTH - RIGHT));
            drawn.append(text(LEFT - 8, y + 4, "end", Long.toString(most * i / LINES)));
        }
        for (int i = 0; i <= 5; i++) {
            long second = course.seconds() * i / 5;
            drawn.append(text((int) x(second), top + PANEL + 18, "middle", second + " s"));
        }
        drawn.append(text(LEFT - 8, top - 20, "end", unit));
        for (int i = 0; i < curves.size(); i++) {
            int x = LEFT + i * LEGEND_STEP;
            Curve curve = curves.get(i);
            drawn.append(
                    "<path class=\"key %s\" d=\"M%d %dh20\"/>\n"
                            .formatted(curve.style, x, top - 24));
            drawn.append(text(x + 26, top - 20, "start", curve.name));
        }
        curves.forEach(curve -> drawn.append(line(curve, top, most)));
        return drawn.toString();
    }

    private static String text(int x, int y, String anchor, String words) {
        return "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>\n"
                .formatted(x, y, anchor, words);
    }

    private String line(Curve curve, int top, long most) {
        StringBuilder points = new StringBuilder();
        for (Sample sample : course.samples()) {
            double y = top + PANEL - (double) PANEL * curve.value.applyAsLong(sample) / most;
            points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(sample.second()), y));
        }
        return "<polyline class=\"%s\" points=\"%s\"/>\n"
                .formatted(curve.style, points.toString().strip());
    }

    private double x(long second) {
        return LEFT + (double) (WIDTH - LEFT - RIGHT) * second / Math.max(1, course.seconds());
    }

    private long most(List<Curve> curves) {
        return course.samples().stream()
                .mapToLong(sample ->
                        curves.stream()
                                .mapToLong(curve -> curve.value.applyAsLong(sample))
                                .max()
                                .orElseThrow())
                .max()
                .orElseThrow();
    }

    /// The next round number, one that four lines divide.
    private static long roundedUp(long value) {
        long step = 4;
        while (step * 10 < value) {
            step *= 10;
        }
        return (value / step + 1) * step;
    }
}
