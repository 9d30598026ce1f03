package io.jadegate.server.soak;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.jadegate.server.soak.Talk.Framing;
import io.jadegate.server.soak.Talk.Pace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A client that goes one errand after another, on one connection while it can, and knows for each
/// what it must get. For one thread.
final class Visitor {
    private static final int BUFFER = 16 * 1024;
    private static final int LONGEST = 4 << 20;
    private static final int MIDDLE = 256 * 1024;
    private static final long PAUSE_MILLIS = 120;

    /// An errand that takes longer is stuck.
    private static final long PATIENCE_SECONDS = 60;

    private static final String HOST = " HTTP/1.1\r\nHost: soak.test\r\n";

    private final Scene scene;
    private final SplittableRandom random;
    private final ScheduledExecutorService watch;
    private final AtomicLong done;
    private @Nullable Talk kept;

    /// @param watch interrupts errands that are stuck
    /// @param done counts the errands that went as they should
    Visitor(Scene scene, SplittableRandom random, ScheduledExecutorService watch, AtomicLong done) {
        this.scene = scene;
        this.random = random;
        this.watch = watch;
        this.done = done;
    }

    /// Goes errands until all is over.
    void goOn() {
        try {
            while (!scene.isOver()) {
                watched(Errand.any(random));
                scene.pause(random, PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            scene.findings().add("visitor: interrupted");
        } finally {
            leave();
        }
    }

    /// Goes every errand once.
    void goEach() {
        for (Errand each : Errand.values()) {
            watched(each);
        }
        leave();
    }

    private void watched(Errand errand) {
        Thread self = Thread.currentThread();
        ScheduledFuture<?> alarm =
                watch.schedule(self::interrupt, PATIENCE_SECONDS, TimeUnit.SECONDS);
        try {
            go(errand);
            done.incrementAndGet();
        } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
            String stuck = alarm.isDone() ? " is stuck: " : ": ";
            scene.findings().add(errand + stuck + e + " at " + ownLine(e));
            leave();
        } finally {
            alarm.cancel(/* mayInterruptIfRunning= */ false);
            boolean _ = Thread.interrupted();
        }
    }

    private static String ownLine(Throwable thrown) {
        for (StackTraceElement frame : thrown.getStackTrace()) {
            if (frame.getClassName().equals(Visitor.class.getName())) {
                return frame.getMethodName() + ":" + frame.getLineNumber();
            }
        }
        return "nowhere";
    }

    private void go(Errand errand) throws IOException, InterruptedException {
        switch (errand) {
            case DOWNLOAD -> download(anyBody(), anyFraming());
            case UPLOAD -> upload(anyBody(), uploadFraming());
            case ECHO -> echo(anyBody());
            case HEAD -> askForHead(anyBody());
            case NOT_MODIFIED -> bare(304, "If-None-Match: \"soak\"\r\n");
            case NO_CONTENT -> bare(204, "");
            case PIPELINE -> pipeline(random.nextInt(2, 9));
            case CONTINUE -> awaitContinue(anyBody());
            case HINTS -> hints(anyBody());
            case OLD_CLIENT -> oldClient(anyBody());
            case SLOW_DOWNLOAD -> slowDownload(middleBody());
            case SLOW_UPLOAD -> slowUpload(middleBody());
            case SLOW_HEAD -> slowHead();
            case IDLE -> idle();
            case LOCAL_ANSWER -> localAnswer("GET /revision", 200, "revision");
            case NO_ROUTE -> localAnswer("GET /nowhere", 404, "ROUTE_NOT_FOUND");
            case MALFORMED -> malformed();
            case RETRIED -> retried(smallBody());
            case REFUSED -> localAnswer("GET /refusing/send", 502, "UPSTREAM_CONNECT_REFUSED");
            case CONNECT_TIMEOUT ->
                    localAnswer("GET /hanging/send", 504, "UPSTREAM_CONNECT_TIMEOUT");
            case FIRST_BYTE_TIMEOUT ->
                    localAnswer("GET /hasty/mute", 504, "UPSTREAM_FIRST_BYTE_TIMEOUT");
            case STALLED_ANSWER -> cutAnswer("/fickle/stall/3/" + Content.PIECE, smallBody(3));
            case GARBAGE -> localAnswer("GET /app/garbage", 502, "UPSTREAM_MALFORMED");
            case EARLY_ANSWER -> earlyAnswer(middleBody());
            case ENDPOINT_GOES -> endpointGoes(any(Endpoint.Phase.values()));
            case CLIENT_GOES -> clientGoes(any(Phase.values()), any(Goodbye.values()));
            case SHORT_TUNNEL -> shortTunnel();
        }
    }

    // ---- connections

    /// The connection of the errand before, or a new one.
    private Talk talk() throws IOException {
        if (kept == null) {
            kept = Talk.connect(scene.web(), BUFFER, scene.content(), random);
        }
        return kept;
    }

    /// A new connection, for errands that do not leave it as it was. The old one is left, since it
    /// could become too old meanwhile.
    private Talk fresh() throws IOException {
        leave();
        return Talk.connect(scene.web(), BUFFER, scene.content(), random);
    }

    /// Leaves the connection, if the answer says so.
    private void mind(Head answer) throws IOException {
        if (answer.closes()) {
            expect(!talk().available(), "an end", answer);
            leave();
        }
    }

    private void leave() {
        Talk leaving = kept;
        kept = null;
        try {
            if (leaving != null) {
                any(Goodbye.values()).say(leaving);
            }
        } catch (IOException e) {
            scene.findings().add("visitor: " + e);
        }
    }

    // ---- bodies

    private Content.Body anyBody() {
        int drawn = random.nextInt(100);
        long most =
                drawn < 10
                        ? 0
                        : drawn < 50 ? 200 : drawn < 82 ? 16 * 1024 : drawn < 97 ? MIDDLE : LONGEST;
        return new Content.Body(random.nextInt(1 << 20), random.nextLong(most + 1));
    }

    private Content.Body middleBody() {
        return new Content.Body(random.nextInt(1 << 20), random.nextLong(MIDDLE / 2, MIDDLE));
    }

    private Content.Body smallBody() {
        return smallBody(random.nextInt(1 << 20));
    }

    private static Content.Body smallBody(int seed) {
        return new Content.Body(seed, Content.PIECE);
    }

    private Framing anyFraming() {
        return any(Framing.values());
    }

    private Framing uploadFraming() {
        return any(Framing.LENGTH, Framing.CHUNKED, Framing.TRAILERS);
    }

    @SafeVarargs
    private <T> T any(T... values) {
        return values[random.nextInt(values.length)];
    }

    private static String target(String verb, Content.Body body) {
        return verb + "/" + body.seed() + "/" + body.length();
    }

    // ---- all is well

    private static String getting(String path, Content.Body body, Framing framing) {
        String fields = framing == Framing.TRAILERS ? "TE: trailers\r\n" : "";
        return "GET " + target(path, body) + "/" + framing + HOST + fields + "\r\n";
    }

    private void download(Content.Body body, Framing framing) throws IOException {
        Talk talk = talk();
        talk.send(getting("/app/send", body, framing));
        take(talk, body, Pace.QUICK);
    }

    private void take(Talk talk, Content.Body body, Pace pace) throws IOException {
        Head answer = talk.readHead();
        expect(answer.status() == 200, "200", answer);
        talk.readBody(answer, body, pace);
        mind(answer);
    }

    private static String posting(String target) {
        return "POST " + target + HOST;
    }

    private void upload(Content.Body body, Framing framing) throws IOException {
        Talk talk = talk();
        talk.send(posting(target("/app/take", body)), body, framing, Pace.QUICK);
        taken(talk);
    }

    private void taken(Talk talk) throws IOException {
        Head answer = talk.readHead();
        expect(answer.status() == 200, "200", answer);
        expect(text(talk, answer).equals("taken"), "taken", answer);
        mind(answer);
    }

    private static String text(Talk talk, Head answer) throws IOException {
        String length = answer.field("content-length");
        if (length == null) {
            throw new AssertionError("no Content-Length: " + answer.text());
        }
        byte[] octets = new byte[Integer.parseInt(length)];
        talk.readOctets(octets, octets.length);
        return new String(octets, ISO_8859_1);
    }

    /// Sends by one thread and reads by another: the endpoint reads no more than it can send.
    private void echo(Content.Body body) throws IOException, InterruptedException {
        Talk talk = talk();
        talk.send(
                posting(target("/app/echo", body))
                        + Talk.framingFields(body, Framing.LENGTH)
                        + "\r\n");
        List<Throwable> failed = new ArrayList<>();
        Talk sending = talk;
        Thread sender =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                sending.sendPart(
                                        body, 0, body.length(), Framing.LENGTH, Pace.QUICK);
                            } catch (IOException e) {
                                failed.add(e);
                            }
                        });
        try {
            Head answer = talk.readHead();
            expect(answer.status() == 200, "200", answer);
            talk.readBody(answer, body, Pace.QUICK);
            sender.join();
            expect(failed.isEmpty(), "a body sent", answer);
            mind(answer);
        } finally {
            if (sender.isAlive()) {
                talk.close();
                sender.join();
            }
        }
    }

    private void askForHead(Content.Body body) throws IOException {
        Framing framing = any(Framing.LENGTH, Framing.CHUNKED);
        Talk talk = talk();
        talk.send("HEAD " + target("/app/send", body) + "/" + framing + HOST + "\r\n");
        Head answer = talk.readHead();
        expect(answer.status() == 200, "200", answer);
        String length = framing == Framing.LENGTH ? Long.toString(body.length()) : null;
        expect(Objects.equals(answer.field("content-length"), length), "" + length, answer);
        mind(answer);
    }

    private void bare(int status, String fields) throws IOException {
        Talk talk = talk();
        talk.send("GET /app/bare/" + status + HOST + fields + "\r\n");
        Head answer = talk.readHead();
        expect(answer.status() == status, "" + status, answer);
        mind(answer);
    }

    private void pipeline(int count) throws IOException {
        List<Content.Body> bodies = new ArrayList<>();
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < count; i++) {
            Content.Body body =
                    new Content.Body(random.nextInt(1 << 20), random.nextLong(16 * 1024));
            bodies.add(body);
            requests.append(getting("/app/send", body, any(Framing.LENGTH, Framing.CHUNKED)));
        }
        Talk talk = talk();
        talk.send(requests.toString());
        for (Content.Body body : bodies) {
            take(talk, body, Pace.QUICK);
            if (kept == null) {
                return;
            }
        }
    }

    private void awaitContinue(Content.Body body) throws IOException {
        Talk talk = talk();
        talk.send(
                posting(target("/app/take", body))
                        + "Expect: 100-continue\r\n"
                        + Talk.framingFields(body, Framing.CHUNKED)
                        + "\r\n");
        Head interim = talk.readHead();
        expect(interim.status() == 100, "100", interim);
        talk.sendPart(body, 0, body.length(), Framing.CHUNKED, Pace.QUICK);
        talk.sendEnd(body, Framing.CHUNKED);
        Head answer = talk.readHead();
        while (answer.status() == 100) {
            answer = talk.readHead();
        }
        expect(answer.status() == 200, "200", answer);
        expect(text(talk, answer).equals("taken"), "taken", answer);
        mind(answer);
    }

    /// The gateway keeps early hints from clients of HTTP/1.1.
    private void hints(Content.Body body) throws IOException {
        Talk talk = talk();
        talk.send("GET " + target("/app/send", body) + "/LENGTH/hints" + HOST + "\r\n");
        take(talk, body, Pace.QUICK);
    }

    private void oldClient(Content.Body body) throws IOException {
        try (Talk talk = fresh()) {
            String target = target("/app/send", body) + "/" + any(Framing.LENGTH, Framing.CHUNKED);
            talk.send("GET " + target + " HTTP/1.0\r\nHost: soak.test\r\n\r\n");
            Head answer = talk.readHead();
            expect(answer.status() == 200 && !answer.isChunked(), "200 without chunks", answer);
            talk.readBody(answer, body, Pace.QUICK);
            expect(!talk.available(), "an end", answer);
        }
    }

    private void slowDownload(Content.Body body) throws IOException {
        leave();
        try (Talk talk = Talk.connectNarrow(scene.web(), scene.content(), random)) {
            talk.send(getting("/app/send", body, any(Framing.LENGTH, Framing.CHUNKED)));
            Head answer = talk.readHead();
            expect(answer.status() == 200, "200", answer);
            talk.readBody(answer, body, scene.slow(random, 20));
        }
    }

    private void slowUpload(Content.Body body) throws IOException {
        Talk talk = talk();
        Pace slow = scene.slow(random, 80);
        talk.send(posting(target("/app/take", body)), body, uploadFraming(), slow);
        taken(talk);
    }

    private void idle() throws IOException {
        try (Talk talk = fresh()) {
            talk.send("GET /revision" + HOST + "\r\n");
            Head answer = talk.readHead();
            text(talk, answer);
            expect(!talk.available(), "an end", answer);
        }
    }

    /// Opens, says something and leaves, in one of the four ways.
    private void shortTunnel() throws IOException {
        boolean endpoint = random.nextBoolean();
        leave();
        try (Tunnel tunnel = Tunnel.open(scene, random.split(), any(Goodbye.values()))) {
            tunnel.exchange();
            tunnel.exchange();
            tunnel.end(endpoint);
        }
    }

    // ---- the gateway answers

    private void localAnswer(String request, int status, String words) throws IOException {
        Talk talk = talk();
        talk.send(request + HOST + "\r\n");
        Head answer = talk.readHead();
        expect(answer.status() == status, "" + status, answer);
        String text = text(talk, answer);
        expect(text.contains(words), words + " in " + text, answer);
        mind(answer);
    }

    private void malformed() throws IOException {
        try (Talk talk = fresh()) {
            String length = any("1, 2", "-1", "0x1", "1\r\nTransfer-Encoding: chunked");
            talk.send(posting("/app/take/1/1") + "Content-Length: " + length + "\r\n\r\nxx");
            Head answer = talk.readHead();
            expect(answer.status() == 400, "400", answer);
            expect(text(talk, answer).contains("REQUEST_MALFORMED"), "a reason", answer);
            talk.awaitGone();
        }
    }

    private void slowHead() throws IOException {
        try (Talk talk = fresh()) {
            talk.send("GET /app/send HTTP/1.1\r\nHos");
            Head answer = talk.readHead();
            expect(answer.status() == 408, "408", answer);
            talk.awaitGone();
        }
    }

    /// One endpoint of two refuses, and nobody notices, as long as the budget of retries lasts.
    private void retried(Content.Body body) throws IOException, InterruptedException {
        scene.retries().acquire();
        try {
            Talk talk = talk();
            talk.send(getting("/partly/send", body, Framing.LENGTH));
            take(talk, body, Pace.QUICK);
        } finally {
            scene.retries().release();
        }
    }

    // ---- somebody goes

    private void cutAnswer(String target, Content.Body body) throws IOException {
        try (Talk talk = fresh()) {
            talk.send("GET " + target + HOST + "\r\n");
            Head answer = talk.readHead();
            expect(answer.status() == 200, "200", answer);
            expectCut(talk, answer, body);
        }
    }

    private static void expectCut(Talk talk, Head answer, Content.Body body) throws IOException {
        try {
            talk.readBody(answer, body, Pace.QUICK);
        } catch (Talk.WrongBody e) {
            throw e;
        } catch (IOException cut) {
            return;
        }
        throw new AssertionError("expected a cut answer, found a whole one: " + answer.text());
    }

    private void earlyAnswer(Content.Body body) throws IOException {
        Talk talk = talk();
        Framing framing = uploadFraming();
        Goodbye goodbye = any(Goodbye.values());
        talk.send(
                posting(target("/app/early", body) + "/" + goodbye)
                        + Talk.framingFields(body, framing)
                        + "\r\n");
        talk.sendPart(body, 0, body.length() / 2, framing, Pace.QUICK);
        Head answer = talk.readHead();
        // A reset may reach the gateway before it has read the answer.
        boolean lost = goodbye == Goodbye.RST && answer.status() == 502;
        expect(answer.status() == 413 || lost, "413", answer);
        text(talk, answer);
        if (answer.closes()) {
            leave();
            return;
        }
        talk.sendPart(body, body.length() / 2, body.length(), framing, Pace.QUICK);
        talk.sendEnd(body, framing);
        download(anyBody(), Framing.LENGTH);
    }

    private void endpointGoes(Endpoint.Phase phase) throws IOException {
        Goodbye goodbye = any(Goodbye.values());
        String target = "/app/gone/1/" + phase + "/" + goodbye;
        switch (phase) {
            case INSIDE_REQUEST -> endpointGoesInsideRequest(target);
            case BEFORE_ANSWER -> localAnswer("GET " + target, 502, "UPSTREAM_RESET");
            case INSIDE_HEAD -> localAnswer("GET " + target, 502, "UPSTREAM_");
            case INSIDE_BODY, INSIDE_CHUNK -> {
                if (goodbye == Goodbye.FIN) {
                    cutAnswer(target, smallBody(1));
                } else {
                    lostAnswer(target);
                }
            }
        }
    }

    /// A reset may overtake the head of the answer: then the gateway has none to pass on.
    private void lostAnswer(String target) throws IOException {
        try (Talk talk = fresh()) {
            talk.send("GET " + target + HOST + "\r\n");
            Head answer = talk.readHead();
            expect(answer.status() == 200 || answer.status() == 502, "200 or 502", answer);
            if (answer.status() == 200) {
                expectCut(talk, answer, smallBody(1));
            }
        }
    }

    private void endpointGoesInsideRequest(String target) throws IOException {
        Content.Body body = smallBody(1);
        try (Talk talk = fresh()) {
            talk.send(posting(target) + Talk.framingFields(body, Framing.LENGTH) + "\r\n");
            talk.sendPart(body, 0, body.length() / 2, Framing.LENGTH, Pace.QUICK);
            Head answer = talk.readHead();
            expect(answer.status() == 502, "502", answer);
        }
    }

    /// When a client leaves.
    enum Phase {
        BEFORE_HEAD,
        INSIDE_HEAD,
        INSIDE_BODY,
        INSIDE_CHUNK,
        BEFORE_ANSWER,
        INSIDE_ANSWER,
        BEHIND_ANSWER
    }

    private void clientGoes(Phase phase, Goodbye goodbye) throws IOException {
        Content.Body body = new Content.Body(random.nextInt(1 << 20), LONGEST);
        try (Talk talk = fresh()) {
            switch (phase) {
                case BEFORE_HEAD -> {}
                case INSIDE_HEAD -> talk.send("GET /app/send HTTP/1.1\r\nHost: soa");
                case INSIDE_BODY -> sendHalf(talk, body, Framing.LENGTH);
                case INSIDE_CHUNK -> sendHalf(talk, body, Framing.CHUNKED);
                case BEFORE_ANSWER -> talk.send("GET /app/mute" + HOST + "\r\n");
                case INSIDE_ANSWER -> {
                    talk.send(getting("/app/send", body, anyFraming()));
                    talk.readHead();
                }
                case BEHIND_ANSWER -> {
                    talk.send("GET /revision" + HOST + "\r\n");
                    text(talk, talk.readHead());
                }
            }
            goodbye.say(talk);
        }
    }

    private static void sendHalf(Talk talk, Content.Body body, Framing framing) throws IOException {
        talk.send(posting(target("/app/take", body)) + Talk.framingFields(body, framing) + "\r\n");
        talk.sendPart(body, 0, Content.PIECE, framing, Pace.QUICK);
    }

    private static void expect(boolean holds, String expected, Head found) {
        if (!holds) {
            throw new AssertionError("expected " + expected + ", found: " + found.text());
        }
    }
}
