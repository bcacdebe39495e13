package org.attn4j.models.task;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import com.google.gson.JsonElement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import org.attn4j.models.checkpoint.ModelStore;
import org.attn4j.models.model.sentence.Pooling;
import org.attn4j.models.model.sentence.SentenceModel;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TextPair;
import org.attn4j.models.tokenizer.TokenizedText;
import org.attn4j.models.tokenizer.Truncation;

/**
 * Embeds texts (Reimers and Gurevych 2019), as sentence-transformers does: the encoder, its pooling
 * and the modules behind it, as the model's {@code modules.json} lists them; the mean of the states
 * for an encoder alone. A text that is too long is cut.
 */
public final class TextEmbedder {

    private final TaskModel model;
    private final SentenceModel block;
    private final SentenceSettings settings;
    private final String prompt;

    /**
     * Creates an embedder with the model's own pooling and prompt.
     *
     * @param model a model for {@link Task#TEXT_EMBEDDING}
     * @throws IOException if its {@code modules.json} or a file beside it is malformed
     */
    public TextEmbedder(TaskModel model) throws IOException {
        this(model, SentenceModel.of(model.model()));
    }

    /**
     * Creates an embedder with another pooling, and nothing behind it but the normalisation.
     *
     * @param model a model for {@link Task#TEXT_EMBEDDING}
     * @param pooling how states become one vector
     * @param normalize whether vectors get the length 1
     * @throws IOException if a file beside the model is malformed
     */
    public TextEmbedder(TaskModel model, Pooling pooling, boolean normalize) throws IOException {
        this(model, new SentenceModel(model.model().model(), pooling, normalize));
    }

    private TextEmbedder(TaskModel model, SentenceModel block) throws IOException {
        this(model, block, SentenceSettings.read(model.model().sentenceFiles()));
    }

    /**
     * Creates an embedder of a model that is made or trained.
     *
     * @param model the encoder with its tokenizer
     * @param block the encoder with what follows it
     * @param settings what is done to texts
     */
    public TextEmbedder(TaskModel model, SentenceModel block, SentenceSettings settings) {
        this.model = model;
        this.block = block;
        this.settings = settings;
        String named = settings.defaultPrompt();
        prompt = named == null ? "" : settings.prompts().get(named);
    }

    private TextEmbedder(TextEmbedder other, String prompt) {
        model = other.model;
        block = other.block;
        settings = other.settings;
        this.prompt = prompt;
    }

    /**
     * Returns this embedder with another prompt.
     *
     * @param text what is put before each text, such as {@code "query: "}; empty for nothing
     * @return the embedder, with the same model
     */
    public TextEmbedder withPrompt(String text) {
        return new TextEmbedder(this, text);
    }

    /**
     * Returns this embedder with one of the model's own prompts.
     *
     * @param name the prompt's name
     * @return the embedder, with the same model
     * @throws IllegalArgumentException if the model has no prompt of this name
     */
    public TextEmbedder withPromptNamed(String name) {
        String text = settings.prompts().get(name);
        if (text == null) {
            throw new IllegalArgumentException(
                    "the model's prompts are " + settings.prompts().keySet() + ", and not " + name);
        }
        return withPrompt(text);
    }

    /**
     * Returns the names of the model's prompts.
     *
     * @return the names
     */
    public Set<String> promptNames() {
        return settings.prompts().keySet();
    }

    /**
     * Returns what is put before each text.
     *
     * @return the prompt; empty for none
     */
    public String prompt() {
        return prompt;
    }

    /**
     * Returns how long a text may be of which nothing is cut.
     *
     * @return its most tokens, without the special ones and the prompt; empty if there is no limit
     */
    public OptionalInt roomForText() {
        int most = maxLength();
        return most == 0
                ? OptionalInt.empty()
                : OptionalInt.of(most - model.whole(TextPair.of(prompt)).reading().tokens());
    }

    /**
     * Returns how the model's vectors are compared.
     *
     * @return what its configuration tells, or the cosine
     */
    public Similarity similarity() {
        return settings.similarity();
    }

    /**
     * Embeds a text.
     *
     * @param text the text
     * @return its vector, E numbers
     */
    public float[] embed(String text) {
        return embed(List.of(text)).get(0);
    }

    /**
     * Embeds texts.
     *
     * @param texts the texts
     * @return their vectors, E numbers each
     */
    public List<float[]> embed(List<String> texts) {
        return Outcome.values(outcomes(texts));
    }

    /**
     * Embeds texts. One that is refused does not keep the others back.
     *
     * @param texts the texts
     * @return their vectors, E numbers each, or why there are none, and how much was read
     */
    public List<Outcome<float[]>> outcomes(List<String> texts) {
        int most = maxLength();
        return model.outcomes(
                texts,
                text -> model.cut(input(text), Truncation.LONGEST_FIRST, most),
                reads ->
                        model.batches(
                                reads.stream().map(TaskModel.Read::row).toList(), this::vectors));
    }

    private TextPair input(String text) {
        String all = prompt + text;
        return TextPair.of(settings.lowerCase() ? all.toLowerCase(Locale.ROOT) : all);
    }

    /**
     * Reads a text as it is embedded: with the prompt, and cut if it is too long.
     *
     * @param text the text
     * @return its tokens
     */
    public TokenizedText read(String text) {
        return model.cut(input(text), Truncation.LONGEST_FIRST, maxLength()).row();
    }

    /**
     * Returns the tokenizer.
     *
     * @return the tokenizer
     */
    public ModelTokenizer tokenizer() {
        return model.tokenizer();
    }

    /**
     * Returns the model as a block that gives embeddings, to be trained.
     *
     * @return the encoder with what follows it
     */
    public SentenceModel block() {
        return block;
    }

    /**
     * Returns what saves the model as a folder of sentence-transformers, and loads its weights from
     * there.
     *
     * @return a store that writes every parameter in its own type
     */
    public ModelStore store() {
        ModelStore encoder = model.model().exact();
        return new ModelStore() {
            @Override
            public void save(Path target) throws IOException {
                encoder.save(target);
                saveModules(target);
            }

            @Override
            public void load(Path saved) throws IOException {
                encoder.load(saved);
                block.loadModules(saved);
            }
        };
    }

    /**
     * Saves what makes a sentence model of the encoder that is saved there already: the modules
     * behind it, and what is done to texts.
     *
     * @param target the folder
     * @throws IOException if a file cannot be written
     */
    public void saveModules(Path target) throws IOException {
        block.saveModules(target);
        settings.write(target.resolve(block.encoderPath()), target);
    }

    private List<float[]> vectors(NDManager call, List<TokenizedText> rows) {
        ParameterStore parameters = new ParameterStore(call, false);
        NDArray vectors =
                block.embed(parameters, model.inputs(call, rows), false).embeddings(); // (B, E)
        int most = settings.size() == 0 ? Integer.MAX_VALUE : settings.size();
        return Logits.rows(vectors).stream()
                .map(vector -> Arrays.copyOf(vector, Math.min(vector.length, most)))
                .toList();
    }

    /** The least of the limits that the files tell and that the model has. */
    private int maxLength() {
        JsonElement setting = model.model().config().get("max_position_embeddings");
        int told = setting == null || setting.isJsonNull() ? 0 : setting.getAsInt();
        int positions = model.model().model().maxTokens().orElse(0);
        return settings.maxLength() > 0
                ? least(settings.maxLength(), positions)
                : least(least(told, positions), model.tokenizer().maxLength().orElse(0));
    }

    /** The lesser of two limits of which 0 is none. */
    private static int least(int one, int other) {
        return one == 0 || other == 0 ? Math.max(one, other) : Math.min(one, other);
    }
}
