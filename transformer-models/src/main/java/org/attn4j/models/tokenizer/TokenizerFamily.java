package org.attn4j.models.tokenizer;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tokenizer classes of transformers, as far as models of one class differ from those of another
 * in their special tokens and their inputs.
 */
enum TokenizerFamily {
    BERT(
            "Bert Electra MobileBert",
            "bert electra mobilebert",
            "unk=[UNK] sep=[SEP] pad=[PAD] cls=[CLS] mask=[MASK]"),
    DISTILBERT("DistilBert", "distilbert", "unk=[UNK] sep=[SEP] pad=[PAD] cls=[CLS] mask=[MASK]"),
    MPNET("MPNet", "mpnet", "bos=<s> eos=</s> sep=</s> cls=<s> unk=[UNK] pad=<pad> mask=<mask>"),
    GPT2("GPT2", "gpt2", "bos=<|endoftext|> eos=<|endoftext|> unk=<|endoftext|>"),
    OPT("", "opt", "bos=</s> eos=</s> unk=</s> pad=<pad>"),
    ROBERTA(
            "Roberta Bart Longformer LED",
            "roberta bart longformer led",
            "bos=<s> eos=</s> sep=</s> cls=<s> unk=<unk> pad=<pad> mask=<mask>"),
    GPT_NEOX(
            "GPTNeoX",
            "gpt_neox",
            "bos=<|endoftext|> eos=<|endoftext|> unk=<|endoftext|> pad=<|padding|>"),
    BLOOM("Bloom", "bloom", "bos=<s> eos=</s> unk=<unk> pad=<pad>"),
    T5("T5 MT5", "t5 mt5", "eos=</s> unk=<unk> pad=<pad>"),
    ALBERT(
            "Albert",
            "albert",
            "bos=[CLS] eos=[SEP] unk=<unk> sep=[SEP] pad=<pad> cls=[CLS] mask=[MASK]"),
    XLM_ROBERTA(
            "XLMRoberta",
            "xlm-roberta",
            "bos=<s> eos=</s> sep=</s> cls=<s> unk=<unk> pad=<pad> mask=<mask>"),
    CAMEMBERT(
            "Camembert",
            "camembert",
            "bos=<s> eos=</s> sep=</s> cls=<s> unk=<unk> pad=<pad> mask=<mask>"),
    MBART("MBart", "mbart", "bos=<s> eos=</s> sep=</s> cls=<s> unk=<unk> pad=<pad> mask=<mask>"),
    MBART50("MBart50", "", "eos=</s> sep=</s> cls=<s> unk=<unk> pad=<pad> mask=<mask>"),
    MARIAN("Marian", "marian", "unk=<unk> eos=</s> pad=<pad>"),
    LLAMA("Llama CodeLlama", "llama mistral", "bos=<s> eos=</s> unk=<unk>"),
    BIG_BIRD(
            "BigBird",
            "big_bird",
            "bos=<s> eos=</s> unk=<unk> sep=[SEP] pad=<pad> cls=[CLS] mask=[MASK]"),
    /** A tokenizer.json that tells everything itself. */
    GENERIC("PreTrained TokenizersBackend", "", "");

    /** The special tokens, in the order in which missing ones are added. */
    static final List<String> ROLES = List.of("bos", "eos", "unk", "sep", "pad", "cls", "mask");

    private static final Set<TokenizerFamily> SPACE_BEFORE_MASK =
            Set.of(MPNET, ROBERTA, ALBERT, XLM_ROBERTA, CAMEMBERT, MBART, MBART50, BIG_BIRD);

    private static final Set<String> SEGMENT_MODELS =
            Set.of("bert", "electra", "mobilebert", "albert");

    private final List<String> classes;
    private final List<String> modelTypes;
    private final Map<String, String> defaults = new HashMap<>();

    TokenizerFamily(String classes, String modelTypes, String defaults) {
        this.classes = List.of(classes.split(" "));
        this.modelTypes = List.of(modelTypes.split(" "));
        for (String role : defaults.split(" ")) {
            int equals = role.indexOf('=');
            if (equals > 0) {
                this.defaults.put(role.substring(0, equals), role.substring(equals + 1));
            }
        }
    }

    /**
     * Finds a family.
     *
     * @param tokenizerClass the {@code tokenizer_class} of a configuration, or null
     * @param modelType the {@code model_type} of a configuration, or null
     * @return the family, {@link #GENERIC} if neither tells
     */
    static TokenizerFamily of(String tokenizerClass, String modelType) {
        if (tokenizerClass != null) {
            String stem = tokenizerClass.replaceFirst("Tokenizer(Fast)?$", "");
            for (TokenizerFamily family : values()) {
                if (family.classes.contains(stem)) {
                    // OPT's files name the class of GPT-2.
                    return family == GPT2 && "opt".equals(modelType) ? OPT : family;
                }
            }
            return GENERIC;
        }
        for (TokenizerFamily family : values()) {
            if (modelType != null && family.modelTypes.contains(modelType)) {
                return family;
            }
        }
        return GENERIC;
    }

    /** Whether a {@code tokenizer_class} is that of a family, or of no particular one. */
    static boolean knows(String tokenizerClass) {
        String stem = tokenizerClass.replaceFirst("Tokenizer(Fast)?$", "");
        return Arrays.stream(values()).anyMatch(family -> family.classes.contains(stem));
    }

    /** Returns the special token of a role where none is named, or null. */
    SpecialToken byDefault(String role) {
        String content = defaults.get(role);
        if (content == null) {
            return null;
        }
        SpecialToken token = SpecialToken.named(content);
        return role.equals("mask") && SPACE_BEFORE_MASK.contains(this)
                ? token.withSpaceBefore()
                : token;
    }

    /**
     * Returns what models of the family are called with.
     *
     * @param modelType the {@code model_type} of the configuration, or null
     */
    List<String> inputNames(String modelType) {
        boolean segments = this == BERT || this == ALBERT;
        if (modelType != null) {
            segments = SEGMENT_MODELS.contains(modelType) && (segments || this == GENERIC);
        }
        return segments
                ? List.of("input_ids", "token_type_ids", "attention_mask")
                : List.of("input_ids", "attention_mask");
    }

    /** Returns where batches are padded unless a configuration tells. */
    Side paddingSide() {
        return this == LLAMA ? Side.LEFT : Side.RIGHT;
    }
}
