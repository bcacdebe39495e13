package org.attn4j.cli.training;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.attn4j.models.training.RunListener;
import org.attn4j.models.training.StepProgress;
import org.attn4j.models.training.ValidationReport;

/** Says how a training run is going: a line now and then, and one for each validation. */
public final class ProgressPrinter implements RunListener {

    private static final double SECONDS_BETWEEN_LINES = 10;

    private final PrintWriter err;
    private double lastLine = Double.NEGATIVE_INFINITY;

    public ProgressPrinter(PrintWriter err) {
        this.err = err;
    }

    @Override
    public void onStart(long step) {
        if (step > 0) {
            err.println("resumed at step " + step);
        }
    }

    @Override
    public void onStep(StepProgress progress) {
        if (progress.seconds() - lastLine < SECONDS_BETWEEN_LINES) {
            return;
        }
        lastLine = progress.seconds();
        err.println(
                String.format(
                        Locale.ROOT,
                        "step %6d  epoch %3d  loss %.4f  rate %.2e  gradient %.2f  %.0f tokens/s  %.0f s, cpu %.1f min",
                        progress.step(),
                        progress.epoch(),
                        progress.loss(),
                        progress.learningRate(),
                        progress.gradientNorm(),
                        progress.tokensPerSecond(),
                        progress.seconds(),
                        progress.cpuSeconds() / 60));
    }

    @Override
    public void onValidation(ValidationReport report) {
        err.println(
                String.format(
                        Locale.ROOT,
                        "step %6d  validation  %s%s",
                        report.step(),
                        scores(report.scores()),
                        report.best() ? "  (best so far)" : ""));
    }

    static String scores(Map<String, Double> scores) {
        return new TreeMap<>(scores)
                .entrySet().stream()
                        .map(
                                score ->
                                        String.format(
                                                Locale.ROOT,
                                                "%s %.4g",
                                                score.getKey(),
                                                score.getValue()))
                        .collect(Collectors.joining("  "));
    }
}
