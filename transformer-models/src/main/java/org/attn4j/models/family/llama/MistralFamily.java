package org.attn4j.models.family.llama;

/** Mistral, Llama with a window: {@code model_type} {@code mistral}. */
public final class MistralFamily extends LlamaFamily {

    /** Creates the family; the service loader calls this. */
    public MistralFamily() {
        super("mistral", "Mistral", LlamaConfig::ofMistral, "model.");
    }
}
