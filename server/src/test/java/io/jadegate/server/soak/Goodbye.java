package io.jadegate.server.soak;

import java.io.IOException;

/// How one end leaves a connection.
enum Goodbye {
    FIN {
        @Override
        void say(Talk talk) throws IOException {
            talk.close();
        }
    },
    RST {
        @Override
        void say(Talk talk) throws IOException {
            talk.reset();
        }
    };

    abstract void say(Talk talk) throws IOException;
}
