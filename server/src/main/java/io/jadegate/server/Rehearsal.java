package io.jadegate.server;

/// What `bin/jadegate --train` runs while the Java machine records what a start needs: every step
/// of a start, so that the start-up cache holds all its classes. Ends by itself; nothing stays
/// behind.
final class Rehearsal {

    private Rehearsal() {}

    static void main(String[] arguments) {
        Main.commandLine().execute("version");
    }
}
