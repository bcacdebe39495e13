package org.attn4j.models.task;

import ai.djl.ndarray.NDList;
import ai.djl.translate.Batchifier;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import java.util.List;
import java.util.function.Function;

/**
 * Does a task through DJL's {@code Predictor}, one by one or many at once.
 *
 * <p>A task may call the model more than once, such as for the parts of a long text, so it runs
 * whole where outputs are made, and the predictor is handed no arrays: it then leaves the block
 * alone.
 */
final class TaskTranslator<I, O> implements Translator<I, O> {

    private static final String INPUTS = "org.attn4j.inputs";

    private final Function<List<I>, List<O>> task;
    private final Batchifier batchifier;

    private TaskTranslator(Function<List<I>, List<O>> task, Batchifier batchifier) {
        this.task = task;
        this.batchifier = batchifier;
    }

    /** A translator for predictors, which may be given many inputs at once. */
    static <I, O> TaskTranslator<I, O> of(Function<List<I>, List<O>> task) {
        return new TaskTranslator<>(task, Batchifier.STACK);
    }

    /** A translator that does a task for one input after the other. */
    static <I, O> TaskTranslator<I, O> each(Function<I, O> task) {
        return of(inputs -> inputs.stream().map(task).toList());
    }

    /** The same with other outputs. */
    <R> TaskTranslator<I, R> andThen(Function<O, R> after) {
        return new TaskTranslator<>(
                inputs -> task.apply(inputs).stream().map(after).toList(), batchifier);
    }

    /** The same, to be wrapped by one of DJL's translators for serving, which stack arrays. */
    TaskTranslator<I, O> wrapped() {
        return new TaskTranslator<>(task, null);
    }

    @Override
    public Batchifier getBatchifier() {
        return batchifier;
    }

    @Override
    public NDList processInput(TranslatorContext ctx, I input) {
        return batchProcessInput(ctx, List.of(input));
    }

    @Override
    public O processOutput(TranslatorContext ctx, NDList list) {
        return batchProcessOutput(ctx, list).get(0);
    }

    @Override
    public NDList batchProcessInput(TranslatorContext ctx, List<I> inputs) {
        ctx.setAttachment(INPUTS, List.copyOf(inputs));
        return new NDList();
    }

    @Override
    @SuppressWarnings("unchecked")
    public List<O> batchProcessOutput(TranslatorContext ctx, NDList list) {
        return task.apply((List<I>) ctx.getAttachment(INPUTS));
    }
}
