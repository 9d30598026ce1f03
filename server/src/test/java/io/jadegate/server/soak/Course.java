package io.jadegate.server.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What was seen over time, in order.
record Course(List<Sample> samples) {
    Course {
        samples = List.copyOf(samples);
    }

    static Course read(Path csv) throws IOException {
        try (var lines = Files.lines(csv)) {
            return new Course(lines.skip(1).map(Sample::parse).toList());
        }
    }

    void write(Path csv) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(Sample.header());
        samples.forEach(sample -> lines.add(sample.row()));
        Files.write(csv, lines);
    }

    long seconds() {
        return samples.getLast().second();
    }

    Course from(long second) {
        return new Course(samples.stream().filter(each -> each.second() >= second).toList());
    }

    /// By what share of itself resident memory has grown over this time: a straight line is laid
    /// through all samples by least squares, and its end compared with its start.
    double growth() {
        double seconds = samples.stream().mapToLong(Sample::second).average().orElseThrow();
        double resident = samples.stream().mapToLong(Sample::resident).average().orElseThrow();
        double above = 0;
        double below = 0;
        for (Sample sample : samples) {
            above += (sample.second() - seconds) * (sample.resident() - resident);
            below += (sample.second() - seconds) * (sample.second() - seconds);
        }
        double slope = above / below;
        double start = resident + slope * (samples.getFirst().second() - seconds);
        double end = resident + slope * (samples.getLast().second() - seconds);
        return end / start - 1;
    }
}
