package org.attn4j.benchmarks;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.attn4j.cli.tools.Benchmarks.Subject;

/** What is measured. */
final class Catalogue {

    private static final List<Integer> LENGTHS = List.of(128, 512, 2048);
    private static final int ATTENTION_TOKENS = 2048;
    private static final float DROPOUT = 0.1f;

    private Catalogue() {}

    /** The measurements of a subject. */
    static List<Measurement> of(Subject subject, Settings settings) {
        NDManager manager = settings.manager();
        return switch (subject) {
            case ENCODE -> encode(settings);
            case TRANSLATE ->
                    List.of(
                            TranslateMeasurement.demo(64).of(manager, settings.torch()),
                            TranslateMeasurement.marian(8).of(manager, settings.torch()));
            case DECODE -> List.of(DecodeMeasurement.gpt2(16).of(manager, settings.threads()));
            case ATTENTION -> attention(settings);
            case TRAIN -> train(settings);
            case LOAD -> List.of(new EncodeMeasurements(settings).load());
            case GROWTH -> GrowthMeasurements.of(manager);
            case SMALL -> small(settings);
            case ALL -> all(settings, Subject.IN_ALL);
        };
    }

    /** A measurement by its name, which begins with its subject: no other is looked at. */
    static Measurement named(String name, Settings settings) {
        return Stream.of(Subject.values())
                .filter(it -> name.startsWith(it.name().toLowerCase(Locale.ROOT) + "."))
                .flatMap(it -> of(it, settings).stream())
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("no measurement is called " + name));
    }

    private static List<Measurement> all(Settings settings, List<Subject> subjects) {
        List<Measurement> all = new ArrayList<>();
        for (Subject subject : subjects) {
            all.addAll(of(subject, settings));
        }
        return all;
    }

    private static List<Measurement> encode(Settings settings) {
        EncodeMeasurements encode = new EncodeMeasurements(settings);
        return List.of(
                encode.texts("encode.texts", 256),
                encode.one(16),
                encode.bert("encode.bert", 4, 512, 8, 8, 128),
                encode.bert("encode.long", 12, 384, 12, 16, 512));
    }

    private static List<Measurement> attention(Settings settings) {
        List<Measurement> all = new ArrayList<>();
        for (int length : LENGTHS) {
            for (boolean backward : List.of(false, true)) {
                String name = "attention." + length + (backward ? ".backward" : ".forward");
                all.add(
                        new AttentionMeasurement(
                                        name, ATTENTION_TOKENS / length, length, 512, 8, backward)
                                .of(settings.manager(), settings.torch()));
            }
        }
        return all;
    }

    private static List<Measurement> train(Settings settings) {
        List<Measurement> all = new ArrayList<>();
        for (float rate : new float[] {0, DROPOUT}) {
            String end = rate == 0 ? "" : ".dropout";
            for (TrainMeasurement each :
                    List.of(
                            new TrainMeasurement(
                                    "train.d512" + end, 4, 512, 8, 32, 128, 8000, rate),
                            new TrainMeasurement("train.d256" + end, 4, 256, 8, 32, 64, 8000, rate),
                            new TrainMeasurement("train.d64" + end, 4, 64, 4, 32, 8, 1000, rate))) {
                all.add(each.of(settings.manager(), settings.torch()));
            }
        }
        new TrainMeasurement("train.d512", 4, 512, 8, 32, 128, 8000, 0)
                .inBfloat16(settings.manager())
                .ifPresent(all::add);
        return all;
    }

    /** One of each kind, in seconds. */
    private static List<Measurement> small(Settings settings) {
        NDManager manager = settings.manager();
        return List.of(
                new EncodeMeasurements(settings).texts("small.encode", 32),
                TranslateMeasurement.small(
                                "small.translate",
                                new TranslateMeasurement.Sizes(2, 128, 256, 1200),
                                16)
                        .of(manager, TorchPeer.NONE),
                new DecodeMeasurement("small.decode", 4, 384, 6, 8000, 16)
                        .of(manager, settings.threads()),
                new AttentionMeasurement("small.attention", 2, 512, 256, 4, true)
                        .of(manager, TorchPeer.NONE),
                new TrainMeasurement("small.train", 2, 256, 4, 16, 32, 1000, 0)
                        .of(manager, TorchPeer.NONE));
    }
}
