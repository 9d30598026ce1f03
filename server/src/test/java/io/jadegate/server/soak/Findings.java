package io.jadegate.server.soak;

import java.util.ArrayList;
import java.util.List;

/// What should not have happened. Safe for all threads.
///
/// Only the first are kept: whoever reads them has enough, and a soak that fails all the time must
/// not fill the memory of its machine.
final class Findings {
    private static final int KEPT = 100;

    private final List<String> found = new ArrayList<>();
    private int more;

    synchronized void add(String finding) {
        if (found.size() < KEPT) {
            found.add(finding);
        } else {
            more++;
        }
    }

    synchronized List<String> all() {
        List<String> all = new ArrayList<>(found);
        if (more > 0) {
            all.add("and " + more + " more");
        }
        return all;
    }
}
