package org.attn4j.models.training;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The process that {@link ResumeAfterKillTest} kills: trains in a directory and tells each step.
 */
final class KilledRun {

    private KilledRun() {}

    /**
     * Trains.
     *
     * @param args the directory
     * @throws IOException if the run fails
     */
    public static void main(String[] args) throws IOException {
        RunListener teller =
                new RunListener() {
                    @Override
                    public void onStep(StepProgress progress) {
                        System.out.println("step " + progress.step());
                    }
                };
        try (TransformerTask task = new TransformerTask(TransformerTask.CONFIG);
                StopSignal stop = StopSignal.onShutdown(Duration.ofMinutes(2))) {
            task.run(Path.of(args[0])).tell(teller).stopBy(stop).run();
        }
    }
}
