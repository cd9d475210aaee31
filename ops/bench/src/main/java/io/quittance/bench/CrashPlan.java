package io.quittance.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * What is done to the bank and when, drawn from a seed: the same seed strikes the same things in the same order. Where a
 * strike at a random instant lands is the machine's affair; nine strikes, and every third after that, are aimed at a point
 * of a step, so that each step is hit whatever the machine does.
 */
final class CrashPlan {

    /** What is struck. */
    enum Kind {
        APPLICATION,
        BACKEND,
        SERVER,
        APPLICATION_AND_SERVER,
        /** Told to end by a signal, which is no kill either. */
        END_APPLICATION,
        /** Stopped and continued, which is no kill. */
        FREEZE_APPLICATION,
        FREEZE_SERVER;

        boolean kills() {
            return this != END_APPLICATION && this != FREEZE_APPLICATION && this != FREEZE_SERVER;
        }

        boolean killsApplication() {
            return this == APPLICATION || this == APPLICATION_AND_SERVER;
        }

        boolean endsApplication() {
            return this == END_APPLICATION || killsApplication();
        }

        boolean killsServer() {
            return this == SERVER || this == APPLICATION_AND_SERVER;
        }
    }

    /** In this proportion. A killed application takes seconds to start again, so it is not the most frequent. */
    private static final List<Kind> KILLS = List.of(
            Kind.APPLICATION,
            Kind.APPLICATION_AND_SERVER,
            Kind.BACKEND,
            Kind.BACKEND,
            Kind.BACKEND,
            Kind.SERVER,
            Kind.SERVER,
            Kind.SERVER);

    private static final List<Kind> HARMLESS =
            List.of(Kind.FREEZE_APPLICATION, Kind.FREEZE_SERVER, Kind.END_APPLICATION);
    private static final int HARMLESS_EVERY = 6;
    private static final int AIM_EVERY = 3;
    private static final int FREEZE_MILLIS_MAX = 1_500;
    /** The schedule looks once a second, and a cycle takes a fraction of one. */
    private static final int DELAY_MICROS_MAX = 1_600_000;

    /**
     * One strike.
     *
     * @param point at which the application is struck; null for any instant
     * @param delay after the clock passed a cut-off, where there is no point
     * @param wakeFirst whether the application goes on before the server that was killed under it is back
     * @param gentle whether a backend is told to end rather than killed
     * @param freeze how long what is only stopped stands still
     */
    record Strike(
            Kind kind, @Nullable String point, Duration delay, boolean wakeFirst, boolean gentle, Duration freeze) {}

    private CrashPlan() {}

    /** As many kills as asked for, with what is no kill between them. */
    static List<Strike> of(int kills, long seed) {
        var random = new Random(seed);
        var kinds = new ArrayList<Kind>();
        while (kinds.size() < kills) {
            var round = new ArrayList<>(KILLS);
            Collections.shuffle(round, random);
            kinds.addAll(round);
        }
        var aims = new ArrayList<String>();
        var strikes = new ArrayList<Strike>();
        for (int i = 0; i < kills; i++) {
            if (i % HARMLESS_EVERY == HARMLESS_EVERY - 1) {
                Kind kind = HARMLESS.get(i / HARMLESS_EVERY % HARMLESS.size());
                String step = Steps.NAMES.get(random.nextInt(Steps.NAMES.size()));
                strikes.add(strike(kind, kind == Kind.END_APPLICATION ? pointIn(step, random) : null, random));
            }
            boolean aimed = i < Steps.NAMES.size() || i % AIM_EVERY == 0;
            if (aimed && aims.isEmpty()) {
                aims.addAll(Steps.NAMES);
                Collections.shuffle(aims, random);
            }
            strikes.add(strike(kinds.get(i), aimed ? pointIn(aims.removeLast(), random) : null, random));
        }
        return List.copyOf(strikes);
    }

    private static String pointIn(String step, Random random) {
        List<String> points = Steps.pointsOf(step);
        return points.get(random.nextInt(points.size()));
    }

    private static Strike strike(Kind kind, @Nullable String point, Random random) {
        return new Strike(
                kind,
                point,
                Duration.ofNanos(1_000L * random.nextInt(DELAY_MICROS_MAX)),
                random.nextBoolean(),
                random.nextBoolean(),
                Duration.ofMillis(50L + random.nextInt(FREEZE_MILLIS_MAX)));
    }
}
