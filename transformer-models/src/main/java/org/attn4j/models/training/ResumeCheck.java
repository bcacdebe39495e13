package org.attn4j.models.training;

import java.util.Objects;
import org.attn4j.common.Require;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compares the circumstances of a resumed run with those of its first part. */
final class ResumeCheck {

    private static final Logger logger = LoggerFactory.getLogger(ResumeCheck.class);

    private final TrainingState found;
    private final TrainingState now;

    ResumeCheck(TrainingState found, TrainingState now) {
        this.found = found;
        this.now = now;
    }

    /**
     * Refuses what would make the saved position meaningless and warns of what makes the result
     * another one.
     *
     * @throws IllegalArgumentException if the seed, the accumulation, the optimiser, what is
     *     frozen, the precision or the metric differ
     */
    void check() {
        refuseUnequal("seed", found.config().seed(), now.config().seed());
        refuseUnequal("accumulation", found.config().accumulation(), now.config().accumulation());
        refuseUnequal("optimizer", found.config().optimizer(), now.config().optimizer());
        refuseUnequal("freeze", found.config().freeze(), now.config().freeze());
        refuseUnequal("precision", found.config().precision(), now.config().precision());
        refuseUnequal("metric", found.config().metric(), now.config().metric());
        warnUnequal("checkpointing", found.config().checkpointing(), now.config().checkpointing());
        warnUnequal("engine", found.engine(), now.engine());
        // What an older version did not record cannot be compared.
        found.environment()
                .forEach((name, value) -> warnUnequal(name, value, now.environment().get(name)));
    }

    private static void refuseUnequal(String name, Object before, Object after) {
        Require.that(
                Objects.equals(before, after),
                "%s must be what it was when the run began: %s, got %s=%s; resume with"
                        + " the same value or start another run",
                name,
                before,
                name,
                after);
    }

    private static void warnUnequal(String name, Object before, Object after) {
        if (!Objects.equals(before, after)) {
            logger.warn(
                    "{} was {} when the run began and is {} now: it goes on, but not bit for bit as it would have",
                    name,
                    before,
                    after);
        }
    }
}
