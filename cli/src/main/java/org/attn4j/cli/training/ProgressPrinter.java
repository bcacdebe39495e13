package org.attn4j.cli.training;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.attn4j.cli.io.Progress;
import org.attn4j.cli.report.Terms;
import org.attn4j.models.training.RunListener;
import org.attn4j.models.training.RunResult;
import org.attn4j.models.training.StepProgress;
import org.attn4j.models.training.TrainingConfig;
import org.attn4j.models.training.ValidationReport;

/** Says how a training run is going: a bar or a line now and then, a line for a validation. */
public final class ProgressPrinter implements RunListener, AutoCloseable {

    private final PrintWriter err;
    private final TrainingConfig training;
    private final Progress progress;
    private double stepsPerEpoch;
    private boolean told;

    /**
     * Tells of a run.
     *
     * @param training says how long it is
     */
    public ProgressPrinter(PrintWriter err, TrainingConfig training) {
        this.err = err;
        this.training = training;
        progress = new Progress(err, "steps");
    }

    @Override
    public void onStart(long step) {
        if (step > 0) {
            err.println("resumed at step " + step);
        }
        progress.reset("train", training.steps() > 0 ? training.steps() : -1);
        progress.start(step);
    }

    @Override
    public void onModel(long trained, long all) {
        err.println(
                String.format(
                        Locale.ROOT,
                        "trains %,d of %,d parameters (%.2f %%)",
                        trained,
                        all,
                        100.0 * trained / all));
    }

    @Override
    public void onStep(StepProgress step) {
        String beside =
                String.format(
                        Locale.ROOT,
                        "loss %.4f  %.0f tokens/s",
                        step.loss(),
                        step.tokensPerSecond());
        progress.setTotal(expected(step));
        progress.update(step.step(), beside, () -> line(step));
        if (!told && !progress.isBar()) {
            err.println(line(step)); // what there is to see of a start that goes wrong
        }
        told = true;
    }

    private static String line(StepProgress progress) {
        return String.format(
                Locale.ROOT,
                "step %6d  epoch %3d  loss %.4f  rate %.2e  gradient %.2f  %.0f tokens/s  %.0f s, cpu %.1f min",
                progress.step(),
                progress.epoch(),
                progress.loss(),
                progress.learningRate(),
                progress.gradientNorm(),
                progress.tokensPerSecond(),
                progress.seconds(),
                progress.cpuSeconds() / 60);
    }

    @Override
    public void onEpoch(long epoch, long step) {
        stepsPerEpoch = (double) step / (epoch + 1);
    }

    /** How many steps it will be at the most; -1 if that cannot be told yet. */
    private long expected(StepProgress step) {
        double most = training.steps() > 0 ? training.steps() : Double.POSITIVE_INFINITY;
        if (training.epochs() > 0 && stepsPerEpoch > 0) {
            most = Math.min(most, stepsPerEpoch * training.epochs());
        }
        if (training.maxSeconds() > 0) {
            most = Math.min(most, step.step() * training.maxSeconds() / step.seconds());
        }
        return Double.isInfinite(most) ? -1 : Math.max(step.step(), Math.round(most));
    }

    @Override
    public void onEnd(RunResult result) {
        progress.end();
    }

    @Override
    public void close() {
        progress.close();
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

    private static String scores(Map<String, Double> scores) {
        return new TreeMap<>(scores)
                .entrySet().stream()
                        .map(
                                score ->
                                        String.format(
                                                Locale.ROOT,
                                                "%s %.4g",
                                                Terms.of(score.getKey()).words(),
                                                score.getValue()))
                        .collect(Collectors.joining("  "));
    }
}
