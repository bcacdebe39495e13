package org.attn4j.benchmarks;

import java.util.ArrayList;
import java.util.List;
import org.attn4j.cli.tools.Benchmarks.Subject;

/** What is measured. */
final class Catalogue {

    private static final List<Integer> LENGTHS = List.of(128, 512, 2048);
    private static final int ATTENTION_TOKENS = 2048;

    private Catalogue() {}

    /** The measurements of a subject. */
    static List<Measurement> of(Subject subject, Settings settings) {
        return switch (subject) {
            case ENCODE -> encode(settings);
            case ATTENTION -> attention(settings);
            case TRAIN -> train(settings);
            case LOAD -> List.of(new EncodeMeasurements(settings).load());
            case ALL -> all(settings);
        };
    }

    static Measurement named(String name, Settings settings) {
        return all(settings).stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("no measurement is called " + name));
    }

    private static List<Measurement> all(Settings settings) {
        List<Measurement> all = new ArrayList<>();
        for (Subject subject : Subject.values()) {
            if (subject != Subject.ALL) {
                all.addAll(of(subject, settings));
            }
        }
        return all;
    }

    private static List<Measurement> encode(Settings settings) {
        EncodeMeasurements encode = new EncodeMeasurements(settings);
        return List.of(encode.texts(256), encode.one(16), encode.bert(4, 512, 8, 8, 128));
    }

    private static List<Measurement> attention(Settings settings) {
        List<Measurement> all = new ArrayList<>();
        for (int length : LENGTHS) {
            for (boolean backward : List.of(false, true)) {
                int batch = ATTENTION_TOKENS / length;
                all.add(
                        new AttentionMeasurement(batch, length, 512, 8, backward)
                                .of(settings.manager()));
            }
        }
        return all;
    }

    private static List<Measurement> train(Settings settings) {
        return List.of(
                new TrainMeasurement("train.d256", 4, 256, 8, 32, 64, 8000).of(settings.manager()),
                new TrainMeasurement("train.d64", 4, 64, 4, 32, 8, 1000).of(settings.manager()));
    }
}
