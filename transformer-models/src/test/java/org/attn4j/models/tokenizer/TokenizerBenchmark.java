package org.attn4j.models.tokenizer;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Times training and use of a byte-pair encoding, in CPU time of the one thread that works.
 *
 * <p>Arguments: the number of merges, then text files that are read line by line.
 */
final class TokenizerBenchmark {

    private TokenizerBenchmark() {}

    /**
     * Runs the benchmark.
     *
     * @param args the number of merges and the files
     */
    public static void main(String[] args) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 1; i < args.length; i++) {
            lines.addAll(Files.readAllLines(Path.of(args[i])));
        }
        TokenizerTrainingConfig config = TokenizerTrainingConfig.bpe(0, Integer.parseInt(args[0]));
        for (int round = 0; round < 3; round++) {
            long start = cpuTime();
            TokenizerTrainer trainer = new TokenizerTrainer(config);
            trainer.addAll(lines);
            long counted = cpuTime();
            BpeModel bpe = trainer.trainBpe();
            long trained = cpuTime();
            System.out.printf(
                    "%d lines: counting %.2f s, %d merges %.2f s%n",
                    lines.size(),
                    (counted - start) / 1e9,
                    bpe.merges().size(),
                    (trained - counted) / 1e9);
            try (ModelTokenizer tokenizer = TokenizerJson.of(bpe, config).open()) {
                long opened = cpuTime();
                long tokens = 0;
                for (String line : lines) {
                    tokens += tokenizer.ids(line).length;
                }
                long encoded = cpuTime();
                System.out.printf(
                        "opening %.2f s, encoding to %d tokens %.2f s (%.1f us a line)%n",
                        (opened - trained) / 1e9,
                        tokens,
                        (encoded - opened) / 1e9,
                        (encoded - opened) / 1e3 / lines.size());
            }
        }
    }

    private static long cpuTime() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
