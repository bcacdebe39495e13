package org.attn4j.cli.compare;

import java.nio.file.Path;
import org.attn4j.models.training.RunListener;
import org.attn4j.models.training.StepProgress;
import org.attn4j.models.training.ValidationReport;

/**
 * Measures how fast a run trains: target tokens by the time from step to step, reading of batches
 * included; the first step, validations and checkpoints do not count.
 */
final class SpeedMeter implements RunListener {

    private long tokens;
    private long nanos;
    private long lastStep;
    private boolean interrupted = true;

    @Override
    public void onStep(StepProgress progress) {
        long now = System.nanoTime();
        if (!interrupted) {
            tokens += progress.tokens();
            nanos += now - lastStep;
        }
        lastStep = now;
        interrupted = false;
    }

    @Override
    public void onValidation(ValidationReport report) {
        interrupted = true;
    }

    @Override
    public void onCheckpoint(Path directory, long step) {
        interrupted = true;
    }

    /** The speed in target tokens per second; null before the second step. */
    Double tokensPerSecond() {
        return nanos == 0 ? null : tokens * 1e9 / nanos;
    }
}
