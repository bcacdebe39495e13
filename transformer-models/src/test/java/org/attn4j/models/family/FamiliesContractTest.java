package org.attn4j.models.family;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.testkit.model.ModelContractTest;
import org.junit.jupiter.api.Nested;

/** The contract of models, for each family with a configuration of its goldens. */
class FamiliesContractTest {

    /** A model of a golden's configuration. */
    private abstract static class OfGolden extends ModelContractTest {

        private final Path folder;

        OfGolden(String golden) {
            folder = Path.of("src/test/resources/goldens").resolve(golden);
        }

        @Override
        protected JsonObject config() throws IOException {
            return JsonFiles.read(folder.resolve("config.json"));
        }
    }

    @Nested
    class Albert extends OfGolden {
        Albert() {
            super("models/albert_mlm_a");
        }
    }

    @Nested
    class Bart extends OfGolden {
        Bart() {
            super("models/bart_a");
        }
    }

    @Nested
    class Bert extends OfGolden {
        Bert() {
            super("models/bert_mlm_a");
        }
    }

    @Nested
    class BertClassifier extends OfGolden {
        BertClassifier() {
            super("models/bert_sequence_classification_a");
        }
    }

    @Nested
    class BertToBert extends OfGolden {
        BertToBert() {
            super("models/bert2bert_a");
        }
    }

    @Nested
    class BigBird extends OfGolden {
        BigBird() {
            super("models/bigbird_model_a");
        }
    }

    @Nested
    class Bloom extends OfGolden {
        Bloom() {
            super("models/bloom_lm_a");
        }
    }

    @Nested
    class DeepSeekV2 extends OfGolden {
        DeepSeekV2() {
            super("decoders/deepseek_v2_groups");
        }

        /** An expert that no token chooses has none. */
        @Override
        protected boolean mayLackGradient(String path) {
            return path.contains(".experts.") || super.mayLackGradient(path);
        }
    }

    @Nested
    class DeepSeekV3 extends OfGolden {
        DeepSeekV3() {
            super("models/deepseek_v3_dense_lm_a");
        }
    }

    @Nested
    class DistilBert extends OfGolden {
        DistilBert() {
            super("models/distilbert_mlm_a");
        }
    }

    @Nested
    class Electra extends OfGolden {
        Electra() {
            super("models/electra_pretraining_a");
        }
    }

    @Nested
    class Gpt2 extends OfGolden {
        Gpt2() {
            super("models/gpt2_lm_a");
        }
    }

    @Nested
    class GptNeoX extends OfGolden {
        GptNeoX() {
            super("models/gpt_neox_lm_a");
        }
    }

    @Nested
    class Llama extends OfGolden {
        Llama() {
            super("models/llama_lm_a");
        }
    }

    @Nested
    class Longformer extends OfGolden {
        Longformer() {
            super("models/longformer_model_a");
        }

        /** The first token looks at all others, and is seen by them. */
        @Override
        protected Map<String, NDArray> furtherInputs(NDManager owner, int length) {
            NDArray all = owner.zeros(new Shape(B, length), DataType.INT64);
            all.set(new NDIndex(":, 0"), 1);
            return Map.of("global_attention_mask", all);
        }
    }

    @Nested
    class MBart extends OfGolden {
        MBart() {
            super("models/mbart_a");
        }
    }

    @Nested
    class Marian extends OfGolden {
        Marian() {
            super("models/marian_mt_a");
        }
    }

    @Nested
    class Mistral extends OfGolden {
        Mistral() {
            super("models/mistral_lm_a");
        }
    }

    @Nested
    class Mpnet extends OfGolden {
        Mpnet() {
            super("models/mpnet_model_a");
        }
    }

    @Nested
    class Opt extends OfGolden {
        Opt() {
            super("models/opt_lm_a");
        }
    }

    @Nested
    class Roberta extends OfGolden {
        Roberta() {
            super("models/roberta_mlm_a");
        }
    }

    @Nested
    class T5 extends OfGolden {
        T5() {
            super("models/t5_v1_1_a");
        }
    }

    @Nested
    class XlmRoberta extends OfGolden {
        XlmRoberta() {
            super("models/xlm_roberta_mlm_a");
        }
    }

    /** A model that is trained here. */
    private abstract static class Trained extends ModelContractTest {

        private final String config;

        Trained(String config) {
            this.config = config;
        }

        @Override
        protected JsonObject config() {
            return JsonParser.parseString(config).getAsJsonObject();
        }

        @Override
        protected int vocabularySize() {
            return 20;
        }
    }

    @Nested
    class Transformer extends Trained {
        Transformer() {
            super(
                    """
                    {
                      "model_type": "attn4j-transformer",
                      "d_model": 16,
                      "encoder_layers": 2,
                      "decoder_layers": 2,
                      "encoder_attention_heads": 2,
                      "decoder_attention_heads": 2,
                      "encoder_ffn_dim": 32,
                      "decoder_ffn_dim": 32,
                      "source_vocab_size": 20,
                      "target_vocab_size": 20,
                      "pad_token_id": 0,
                      "bos_token_id": 1,
                      "eos_token_id": 2,
                      "decoder_start_token_id": 1
                    }
                    """);
        }

        @Override
        protected String architecture() {
            return "TransformerModel";
        }
    }

    @Nested
    class Recurrent extends Trained {
        Recurrent() {
            super(
                    """
                    {
                      "model_type": "attn4j-recurrent",
                      "decoder_type": "luong",
                      "cell_type": "lstm",
                      "attention_mechanism": "global-general",
                      "embedding_size": 8,
                      "encoder_size": 12,
                      "decoder_size": 10,
                      "source_vocab_size": 20,
                      "target_vocab_size": 20,
                      "pad_token_id": 0,
                      "bos_token_id": 1,
                      "eos_token_id": 2,
                      "decoder_start_token_id": 1
                    }
                    """);
        }

        @Override
        protected String architecture() {
            return "RecurrentModel";
        }

        @Override
        protected boolean takesVectors() {
            return false;
        }
    }
}
