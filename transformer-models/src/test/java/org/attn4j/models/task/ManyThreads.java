package org.attn4j.models.task;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.models.training.ChildJvm;

/** The process that {@link PredictionMemoryTest} watches: predicts in threads that end. */
final class ManyThreads {

    private ManyThreads() {}

    /**
     * Predicts and prints {@code ROUND KILOBYTES} after each round of threads.
     *
     * @param args the model's folder, the number of rounds, and the threads of a round
     * @throws IOException if the model cannot be read
     * @throws InterruptedException if the process is stopped
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        int rounds = Integer.parseInt(args[1]);
        int threads = Integer.parseInt(args[2]);
        try (TaskModel model = TaskFixture.load(Task.TEXT_CLASSIFICATION, Path.of(args[0]))) {
            TextClassifier classifier = new TextClassifier(model);
            for (int round = 1; round <= rounds; round++) {
                List<Thread> running = new ArrayList<>();
                for (int i = 0; i < threads; i++) {
                    Thread thread = new Thread(() -> classifier.classify("a text of some words"));
                    thread.start();
                    running.add(thread);
                }
                for (Thread thread : running) {
                    thread.join();
                }
                System.out.println(round + " " + ChildJvm.anonymousKilobytes());
            }
        }
    }
}
