package org.attn4j.models.zoo;

import ai.djl.ndarray.NDList;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import java.util.List;

/**
 * Translates text through DJL's {@code Predictor}, one by one or many at once.
 *
 * <p>A search calls the model many times, so it runs whole where outputs are made, and the
 * predictor is handed no arrays: it then leaves the block alone.
 */
public final class TranslationTranslator implements Translator<String, String> {

    private static final String SENTENCES = "org.attn4j.sentences";

    private final SentenceTranslator translator;

    /**
     * Creates a translator for predictors.
     *
     * @param translator what translates
     */
    public TranslationTranslator(SentenceTranslator translator) {
        this.translator = translator;
    }

    /** {@inheritDoc} */
    @Override
    public NDList processInput(TranslatorContext ctx, String input) {
        return batchProcessInput(ctx, List.of(input));
    }

    /** {@inheritDoc} */
    @Override
    public String processOutput(TranslatorContext ctx, NDList list) {
        return batchProcessOutput(ctx, list).get(0);
    }

    /** {@inheritDoc} */
    @Override
    public NDList batchProcessInput(TranslatorContext ctx, List<String> inputs) {
        ctx.setAttachment(SENTENCES, inputs);
        return new NDList();
    }

    /** {@inheritDoc} */
    @Override
    @SuppressWarnings("unchecked")
    public List<String> batchProcessOutput(TranslatorContext ctx, NDList list) {
        List<String> sentences = (List<String>) ctx.getAttachment(SENTENCES);
        return translator.translate(ctx.getNDManager(), sentences).stream()
                .map(found -> found.get(0).text())
                .toList();
    }
}
