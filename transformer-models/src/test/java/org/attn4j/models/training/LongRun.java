package org.attn4j.models.training;

import java.io.IOException;
import java.nio.file.Path;

/** The process that {@link NativeMemoryTest} watches: trains, and tells the memory it holds. */
final class LongRun {

    private LongRun() {}

    /**
     * Trains and prints {@code STEP KILOBYTES} every hundred steps.
     *
     * @param args the directory and the number of steps
     * @throws IOException if the run fails
     */
    public static void main(String[] args) throws IOException {
        int steps = Integer.parseInt(args[1]);
        TrainingConfig config =
                TransformerTask.CONFIG
                        .withSteps(steps)
                        .withValidationInterval(100)
                        .withCheckpointInterval(100);
        RunListener teller =
                new RunListener() {
                    @Override
                    public void onStep(StepProgress progress) {
                        if (progress.step() % 100 == 0) {
                            System.out.println(
                                    progress.step() + " " + ChildJvm.anonymousKilobytes());
                        }
                    }
                };
        try (TransformerTask task = new TransformerTask(config)) {
            task.run(Path.of(args[0])).tell(teller).run();
        }
    }
}
