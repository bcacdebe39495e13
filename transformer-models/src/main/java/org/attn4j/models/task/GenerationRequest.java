package org.attn4j.models.task;

import ai.djl.util.Progress;
import com.google.gson.Gson;
import com.google.gson.JsonElement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.models.generate.AllowedTokens;
import org.attn4j.models.generate.TokenListener;
import org.attn4j.models.generate.logits.LogitsProcessor;
import org.attn4j.models.generate.shortlist.Shortlist;

/**
 * How texts are to be generated: the arguments of transformers' {@code generate} by their names,
 * which go before the model's own settings, and what only code can say.
 *
 * @param arguments the arguments by their names
 * @param processors change the scores before a token is chosen
 * @param allowed which tokens may follow; null for all
 * @param listener is told the texts as they grow; null for nobody
 * @param tokens is told the tokens as they are chosen; null for nobody
 * @param targetPrefix what targets begin with; null for nothing
 * @param task whose settings and prefix are used, of {@code task_specific_params}; null for none
 * @param sourceLanguage the language of the texts; null for that of the configuration
 * @param targetLanguage the language to translate to; null for that of the configuration
 * @param truncate whether sources are cut that are longer than the model reads
 * @param progress is told how many of the texts are done; null for nobody
 * @param shortlist tells among which tokens the target of a source is chosen; null for all
 */
public record GenerationRequest(
        Map<String, JsonElement> arguments,
        List<LogitsProcessor> processors,
        AllowedTokens allowed,
        TextListener listener,
        TokenListener tokens,
        String targetPrefix,
        String task,
        String sourceLanguage,
        String targetLanguage,
        boolean truncate,
        Progress progress,
        Shortlist shortlist) {

    /** The model's own settings. */
    public static final GenerationRequest DEFAULT = builder().build();

    private static final Gson GSON = new Gson();

    /** Copies the collections. */
    public GenerationRequest {
        arguments = Map.copyOf(arguments);
        processors = List.copyOf(processors);
    }

    /**
     * Starts from the model's own settings.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link GenerationRequest}. */
    public static final class Builder {

        private final Map<String, JsonElement> arguments = new LinkedHashMap<>();
        private final List<LogitsProcessor> processors = new ArrayList<>();
        private AllowedTokens allowed;
        private TextListener listener;
        private TokenListener tokens;
        private String targetPrefix;
        private String task;
        private String sourceLanguage;
        private String targetLanguage;
        private boolean truncate;
        private Progress progress;
        private Shortlist shortlist;

        private Builder() {}

        /**
         * Sets an argument of transformers' {@code generate}: {@code num_beams}, {@code top_p},
         * {@code repetition_penalty}, {@code bad_words_ids}, {@code stop_strings}, {@code max_time}
         * and the like, or {@code seed}.
         *
         * @param name the argument's name
         * @param value a number, a truth value, a string, a list of these, or JSON
         * @return this builder
         */
        public Builder opt(String name, Object value) {
            arguments.put(name, GSON.toJsonTree(value));
            return this;
        }

        /**
         * Sets how many tokens are generated at most.
         *
         * @param tokens the value
         * @return this builder
         */
        public Builder optMaxNewTokens(int tokens) {
            return opt("max_new_tokens", tokens);
        }

        /**
         * Sets the number of beams.
         *
         * @param beams the value
         * @return this builder
         */
        public Builder optBeams(int beams) {
            return opt("num_beams", beams);
        }

        /**
         * Draws tokens by their probability, by a seed with which the same can be drawn again.
         *
         * @param seed the seed
         * @return this builder
         */
        public Builder optSampling(long seed) {
            return opt("do_sample", true).opt("seed", seed);
        }

        /**
         * Sets strings with which a text ends.
         *
         * @param strings the strings; the text keeps the one that it ends with
         * @return this builder
         */
        public Builder optStop(List<String> strings) {
            return opt("stop_strings", strings);
        }

        /**
         * Sets which tokens may follow others.
         *
         * @param allowed the function, or null for all
         * @return this builder
         */
        public Builder optAllowedTokens(AllowedTokens allowed) {
            this.allowed = allowed;
            return this;
        }

        /**
         * Adds what changes the scores of the next token.
         *
         * @param processor is applied after the settings' rules and before sampling
         * @return this builder
         */
        public Builder addProcessor(LogitsProcessor processor) {
            processors.add(processor);
            return this;
        }

        /**
         * Sets who is told of text as it is generated, which needs one beam.
         *
         * @param listener the listener, or null
         * @return this builder
         */
        public Builder optListener(TextListener listener) {
            this.listener = listener;
            return this;
        }

        /**
         * Sets who is told of each token and of the scores that it was chosen by, which needs one
         * beam.
         *
         * @param tokens the listener, or null
         * @return this builder
         */
        public Builder optTokenListener(TokenListener tokens) {
            this.tokens = tokens;
            return this;
        }

        /**
         * Sets how the targets of a model with an encoder begin ({@code decoder_input_ids}). It
         * counts for no length and no score.
         *
         * @param text the beginning, which the texts keep; null for none
         * @return this builder
         */
        public Builder optTargetPrefix(String text) {
            targetPrefix = text;
            return this;
        }

        /**
         * Uses the settings that the model's configuration has for a task ({@code
         * task_specific_params}), and puts its prefix before each text.
         *
         * @param task such as {@code summarization} or {@code translation_en_to_de}; a model
         *     without settings for it uses its own
         * @return this builder
         */
        public Builder optTask(String task) {
            this.task = task;
            return this;
        }

        /**
         * Sets the languages of a model that translates between several.
         *
         * @param source the language of the texts as the model names it, such as {@code en_XX};
         *     null for that of the model's configuration
         * @param target the language to translate to, such as {@code ro_RO} or {@code fra}; null
         *     for that of the model's configuration
         * @return this builder
         */
        public Builder optLanguages(String source, String target) {
            sourceLanguage = source;
            targetLanguage = target;
            return this;
        }

        /**
         * Sets whether a source that is longer than a model with an encoder reads is cut at the
         * tokenizer's limit, or at the model's. {@link GeneratedText#reading} tells of each.
         *
         * @param truncate whether it is cut; else, by default, it is read whole, and refused if the
         *     model has no positions for it
         * @return this builder
         */
        public Builder optTruncate(boolean truncate) {
            this.truncate = truncate;
            return this;
        }

        /**
         * Sets who is told how many of the texts are done.
         *
         * @param progress the listener; null, by default, for nobody
         * @return this builder
         */
        public Builder optProgress(Progress progress) {
            this.progress = progress;
            return this;
        }

        /**
         * Sets among which tokens the target of a source is chosen, so that the scores of others
         * need not be computed. Not with a model that continues its prompt.
         *
         * @param shortlist such as {@link LexicalTableFile#shortlist} reads; null, by default, for
         *     all tokens
         * @return this builder
         */
        public Builder optShortlist(Shortlist shortlist) {
            this.shortlist = shortlist;
            return this;
        }

        /**
         * Builds the request.
         *
         * @return the request
         */
        public GenerationRequest build() {
            return new GenerationRequest(
                    arguments,
                    processors,
                    allowed,
                    listener,
                    tokens,
                    targetPrefix,
                    task,
                    sourceLanguage,
                    targetLanguage,
                    truncate,
                    progress,
                    shortlist);
        }
    }
}
