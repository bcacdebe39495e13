package org.attn4j.cli.compare;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.attn4j.models.checkpoint.JsonFiles;

/**
 * What a comparison found of one mechanism.
 *
 * @param job what was asked, as a digest: a row serves another comparison only if it asks the same
 * @param label what the table calls it
 * @param mechanism its specification, as configurations write it
 * @param places where it stands
 * @param bleu BLEU on the test set
 * @param chrf chrF on the test set
 * @param loss nats per token on the test set
 * @param parameters numbers that are learned
 * @param tokensPerSecond target tokens trained on in a second
 * @param peakNativeBytes the most memory that training took outside the Java heap; null where the
 *     system does not tell
 * @param peakResidentBytes the same with the Java heap
 * @param entropy mean entropy of the weights in its slots, in nats; null if it shows none
 * @param entropies the same by slot
 * @param steps the steps trained
 * @param seconds the time of the whole run, with validation
 * @param trainingLoss some steps and the loss up to there since the one before
 * @param kernels the kernels that computed it
 */
record ComparedRow(
        String job,
        String label,
        Object mechanism,
        List<String> places,
        double bleu,
        double chrf,
        double loss,
        long parameters,
        Double tokensPerSecond,
        Long peakNativeBytes,
        Long peakResidentBytes,
        Double entropy,
        Map<String, Double> entropies,
        long steps,
        double seconds,
        List<Point> trainingLoss,
        String kernels) {

    /** A point of the loss curve. */
    record Point(long step, double loss) {}

    /** Reads what the process that trained wrote. */
    static ComparedRow read(Path file) throws IOException {
        try {
            return new Gson().fromJson(JsonFiles.text(file), ComparedRow.class);
        } catch (JsonParseException e) {
            throw new IOException(file + ": not a row of a comparison: " + e.getMessage(), e);
        }
    }
}
