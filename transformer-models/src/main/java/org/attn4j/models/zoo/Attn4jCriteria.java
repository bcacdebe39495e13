package org.attn4j.models.zoo;

import ai.djl.Application;
import ai.djl.repository.zoo.Criteria;
import java.nio.file.Path;

/** Starts DJL {@code Criteria} for model directories. */
public final class Attn4jCriteria {

    private Attn4jCriteria() {}

    /**
     * Returns criteria that load a trained directory as a {@code ZooModel<String, String>}:
     *
     * <pre>{@code
     * try (ZooModel<String, String> model =
     *                 Attn4jCriteria.of(Path.of("runs/demo")).optEngine("PyTorch").build().loadModel();
     *         Predictor<String, String> predictor = model.newPredictor()) {
     *     System.out.println(predictor.predict("a small cat"));
     * }
     * }</pre>
     *
     * <p>Name the engine: with several on the classpath DJL's choice of a default is not stable.
     * The argument {@code beams} sets the number of beams. Block and translator factory are given
     * as instances, so nothing in the directory is ever run; don't replace them by class names.
     *
     * @param directory the model directory
     * @return the builder, ready to build
     */
    public static Criteria.Builder<String, String> of(Path directory) {
        TrainedModelFactory factory = new TrainedModelFactory();
        return Criteria.builder()
                .setTypes(String.class, String.class)
                .optApplication(Application.NLP.MACHINE_TRANSLATION)
                .optModelPath(directory)
                .optArgument("blockFactory", factory)
                .optOption("hasParameter", "false")
                .optTranslatorFactory(factory);
    }
}
