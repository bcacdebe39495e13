package org.attn4j.models.task;

import ai.djl.nn.Block;
import com.google.gson.JsonElement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.attn4j.attention.Attention;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.checkpoint.ModelFiles;
import org.attn4j.models.checkpoint.SentenceModule;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.generate.SequenceToSequenceModel;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.tokenizer.EncodeOptions;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TextPair;
import org.attn4j.models.tokenizer.TextWords;
import org.attn4j.models.tokenizer.TokenizedText;

/**
 * A model of any family that reads a text while an observer is told what attends to what.
 *
 * <p>An encoder reads a text or a pair of texts, a decoder alone a text. An encoder-decoder reads a
 * source and is given its target; without one it writes its own first, as it generates by default.
 */
public final class ObservedModel implements AutoCloseable {

    private final TaskModel model;

    private final boolean writes;
    private final Map<String, Block> blocks;

    private ObservedModel(TaskModel model, boolean writes) {
        this.model = model;
        this.writes = writes;
        blocks = BlockParameters.blocks(model.model().model());
    }

    /**
     * Loads a model and its tokenizer.
     *
     * @param folder the model's folder
     * @param loader on which engine and device; its architecture is set here
     * @return the model; close it
     * @throws IOException if a file is missing or malformed, or the family is not known
     */
    public static ObservedModel load(Path folder, Pretrained.Loader loader) throws IOException {
        ModelDirectory read = ModelDirectory.open(SentenceModule.encoder(ModelFiles.of(folder)));
        Task task = Task.of(read.config());
        TaskModel model = TaskModel.load(task, folder, loader);
        boolean language = task == Task.TRANSLATION || task == Task.TEXT_GENERATION;
        return new ObservedModel(
                model, language && model.model().model() instanceof SequenceToSequenceModel);
    }

    /**
     * Returns the model.
     *
     * @return the model
     */
    public LoadedModel model() {
        return model.model();
    }

    /**
     * Returns the attention block that tells the weights of a site.
     *
     * @param site what an observer was told, such as {@code decoder.layers.0.encoder_attn}
     * @return the block; empty if no block has this path
     */
    public Optional<Attention> mechanism(String site) {
        return blocks.entrySet().stream()
                .filter(it -> ("." + it.getKey()).endsWith("." + site))
                .map(Map.Entry::getValue)
                .filter(Attention.class::isInstance)
                .map(Attention.class::cast)
                .findFirst();
    }

    /**
     * Runs the model on one text, without padding.
     *
     * @param text what it reads
     * @param second the target of an encoder-decoder, or the other text of an encoder's pair; null
     *     for none
     * @param observer is told the attention weights (1, N, T, S) and hidden states; the order of
     *     its sites is that of the computation
     * @return the sequences that the sites are about
     * @throws IOException if the settings of generation cannot be read
     * @throws IllegalArgumentException if the text is longer than the model reads, or a decoder
     *     alone is given a second text
     */
    public List<ObservedSequence> observe(String text, String second, AttentionObserver observer)
            throws IOException {
        if (writes) {
            return observeWriting(text, second, observer);
        }
        Require.that(
                second == null || !model.model().model().isCausal(),
                "the model goes on with one text: leave out the second");
        TextPair texts = new TextPair(text, second);
        TokenizedText row = model.tokenizer().encode(texts, EncodeOptions.DEFAULT);
        model.requirePositions(List.of(row));
        TeacherForcing.observe(model, row, observer);
        ObservedSequence read = sequence(ObservedSequence.TEXT, row, texts);
        return model.model().model() instanceof SequenceToSequenceModel
                ? readTwice(read)
                : List.of(read);
    }

    /** A decoder with a head other than a language head reads the source, one position later. */
    private List<ObservedSequence> readTwice(ObservedSequence source) {
        JsonElement start = model.model().config().get("decoder_start_token_id");
        String first = start == null ? "" : model.tokenizer().token(start.getAsLong());
        List<ObservedToken> shifted = new ArrayList<>(source.tokens());
        shifted.add(0, ObservedToken.added(first));
        shifted.remove(shifted.size() - 1);
        return List.of(
                new ObservedSequence(ObservedSequence.SOURCE, source.texts(), source.tokens()),
                new ObservedSequence(ObservedSequence.TARGET, source.texts(), shifted),
                new ObservedSequence(ObservedSequence.OUTPUT, source.texts(), shifted));
    }

    private List<ObservedSequence> observeWriting(
            String text, String target, AttentionObserver observer) throws IOException {
        ModelTokenizer tokenizer = model.tokenizer();
        TokenizedText source = tokenizer.encode(text);
        model.requirePositions(List.of(source));
        TextGenerator generator = TextGenerator.of(model.model(), tokenizer);
        GenerationConfig settings = generator.settings();
        int[] written =
                target == null
                        ? generate(generator, text).hypothesis().ids()
                        : tokenizer.targetIds(target);
        int start = settings.decoderStartId();
        TeacherForcing.observe(model.model(), source.ids(), start, written, observer);
        ObservedSequence own = written(written);
        List<ObservedToken> inputs = new ArrayList<>(own.tokens());
        inputs.add(0, ObservedToken.added(tokenizer.token(start)));
        List<ObservedToken> outputs = new ArrayList<>(own.tokens());
        outputs.add(
                ObservedToken.added(
                        settings.eosIds().isEmpty()
                                ? ""
                                : tokenizer.token(settings.eosIds().get(0))));
        return List.of(
                sequence(ObservedSequence.SOURCE, source, TextPair.of(text)),
                new ObservedSequence(ObservedSequence.TARGET, own.texts(), inputs),
                new ObservedSequence(ObservedSequence.OUTPUT, own.texts(), outputs));
    }

    private static GeneratedText generate(TextGenerator generator, String text) throws IOException {
        return generator.generate(text, GenerationRequest.builder().build());
    }

    /** Frees the tokenizer, and the weights unless their manager was the caller's. */
    @Override
    public void close() {
        model.close();
    }

    private static ObservedSequence sequence(String name, TokenizedText row, TextPair pair) {
        List<String> texts =
                pair.pair() == null ? List.of(pair.text()) : List.of(pair.text(), pair.pair());
        TextWords first = TextWords.of(texts.get(0));
        int[] ofFirst = first.of(row, 0);
        int[] ofLast = TextWords.of(texts.get(texts.size() - 1)).of(row, 0);
        List<ObservedToken> tokens = new ArrayList<>();
        for (int i = 0; i < row.length(); i++) {
            int part = row.sequenceIds()[i];
            int word = part == 1 && ofLast[i] >= 0 ? first.size() + ofLast[i] : ofFirst[i];
            int[] at = row.offsets()[i];
            tokens.add(
                    row.special()[i]
                            ? ObservedToken.added(row.tokens()[i])
                            : ObservedToken.of(
                                    row.tokens()[i], texts.get(part), part, at[0], at[1], word));
        }
        return new ObservedSequence(name, texts, tokens);
    }

    /** What a decoder writes, without its end. */
    private ObservedSequence written(int[] ids) {
        ModelTokenizer tokenizer = model.tokenizer();
        TextPieces pieces = new TextPieces(some -> tokenizer.decode(some, true), new int[0]);
        List<String> each = Arrays.stream(ids).mapToObj(pieces::add).toList();
        String text = String.join("", each);
        int[] words = tokenizer.words(ids, TextWords.of(text));
        List<ObservedToken> tokens = new ArrayList<>();
        int begin = 0;
        for (int i = 0; i < ids.length; i++) {
            int end = begin + each.get(i).length();
            String token = tokenizer.token(ids[i]);
            tokens.add(
                    words[i] < 0
                            ? ObservedToken.added(token)
                            : ObservedToken.of(token, text, 0, begin, end, words[i]));
            begin = end;
        }
        return new ObservedSequence(ObservedSequence.OUTPUT, List.of(text), tokens);
    }
}
