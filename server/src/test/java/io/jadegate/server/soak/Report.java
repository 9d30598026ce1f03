package io.jadegate.server.soak;

import java.util.Locale;

/// What a soak has shown, for people.
final class Report {
    private static final long GROWN_SECONDS = 120;

    private Report() {}

    @SuppressWarnings("SystemOut")
    static void print(Soak.Outcome outcome, int tunnelsWanted) {
        Course course = outcome.course();
        String fewer =
                outcome.tunnels() < tunnelsWanted
                        ? " of " + tunnelsWanted + ", for want of descriptors"
                        : "";
        say(
                "%d s, %d errands, %d tunnels%s, %d configurations and %d wrong ones"
                        .formatted(
                                course.seconds(),
                                outcome.errands(),
                                outcome.tunnels(),
                                fewer,
                                outcome.changes(),
                                outcome.mistakes()));
        say("before: " + outcome.before());
        say("after:  " + outcome.after());
        if (course.seconds() > GROWN_SECONDS) {
            double percent = course.from(GROWN_SECONDS).growth() * 100;
            say(
                    String.format(
                            Locale.ROOT,
                            "resident memory grew by %.2f %% from second %d to the end",
                            percent,
                            GROWN_SECONDS));
        }
        outcome.findings().forEach(finding -> say("found: " + finding));
    }

    private static void say(String words) {
        System.out.println("soak: " + words);
    }
}
