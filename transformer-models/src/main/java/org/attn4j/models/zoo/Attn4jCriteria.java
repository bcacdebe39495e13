package org.attn4j.models.zoo;

import ai.djl.repository.zoo.Criteria;
import java.nio.file.Files;
import java.nio.file.Path;
import org.attn4j.models.checkpoint.hub.HubModel;

/** Starts DJL {@code Criteria} for model directories. */
public final class Attn4jCriteria {

    private Attn4jCriteria() {}

    /**
     * Returns criteria that load a model for a task, trained here or published, with the types and
     * arguments of {@link org.attn4j.models.task.TaskTranslatorFactory}:
     *
     * <pre>{@code
     * try (ZooModel<String, Classifications> model =
     *                 Attn4jCriteria.of("org/name", String.class, Classifications.class)
     *                         .optEngine("PyTorch")
     *                         .build()
     *                         .loadModel();
     *         Predictor<String, Classifications> predictor = model.newPredictor()) {
     *     System.out.println(predictor.predict("Paris is the [MASK] of France."));
     * }
     * }</pre>
     *
     * <p>Name the engine: with several on the classpath DJL's choice of a default is not stable. It
     * is the same as {@code optModelUrls("attn4j://org/name")}. Nothing in the model's folder is
     * ever run. {@code optArgument("allowUnknownSettings", true)} goes on, with a warning, where
     * its files have settings that are not known here.
     *
     * @param <I> the type of inputs
     * @param <O> the type of outputs
     * @param model a folder, or {@code org/name[@revision]} of the Hub, which is fetched into the
     *     cache unless it is there
     * @param input the class of inputs
     * @param output the class of outputs
     * @return the builder, ready to build
     */
    public static <I, O> Criteria.Builder<I, O> of(String model, Class<I> input, Class<O> output) {
        Path path = Path.of(model);
        boolean folder = Files.exists(path) || !HubModel.isName(model);
        String url =
                folder
                        ? PublishedRepositoryFactory.SCHEME
                                + "://"
                                + path.toAbsolutePath().toUri().getRawPath().replace(",", "%2C")
                        : PublishedRepositoryFactory.SCHEME + "://" + model;
        return Criteria.builder().setTypes(input, output).optModelUrls(url);
    }
}
