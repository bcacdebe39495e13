package org.attn4j.models.tokenizer;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.ModelFiles;
import org.attn4j.models.tokenizer.SentencePieceModel.Kind;
import org.attn4j.models.tokenizer.SentencePieceModel.Piece;

/** The SentencePiece files of a folder, with the ids that each family gives to the pieces. */
final class SentencePieceFiles {

    /** The names under which families publish their model, by what is looked for first. */
    private static final List<String> NAMES =
            List.of("spiece.model", "sentencepiece.bpe.model", "tokenizer.model", "spm.model");

    private static final List<String> MBART_LANGUAGES =
            List.of(
                    ("ar_AR cs_CZ de_DE en_XX es_XX et_EE fi_FI fr_XX gu_IN hi_IN it_IT ja_XX kk_KZ"
                                    + " ko_KR lt_LT lv_LV my_MM ne_NP nl_XX ro_RO ru_RU si_LK tr_TR"
                                    + " vi_VN zh_CN")
                            .split(" "));

    private static final List<String> MBART50_LANGUAGES =
            List.of(
                    ("af_ZA az_AZ bn_IN fa_IR he_IL hr_HR id_ID ka_GE km_KH mk_MK ml_IN mn_MN mr_IN"
                                    + " pl_PL ps_AF pt_XX sv_SE sw_KE ta_IN te_IN th_TH tl_XX uk_UA"
                                    + " ur_PK xh_ZA gl_ES sl_SI")
                            .split(" "));

    private SentencePieceFiles() {}

    /** Finds the model file of a folder, or null. */
    static Path find(ModelFiles files) throws IOException {
        Optional<String> name = NAMES.stream().filter(files::has).findFirst();
        return name.isPresent() ? files.file(name.get()) : null;
    }

    /** Opens the tokenizer of a model file. */
    static Segmenter open(Path file, TokenizerSettings settings) throws IOException {
        SentencePieceModel model = SentencePieceModel.read(file);
        PieceVocabulary vocabulary = new PieceVocabulary();
        int[] ids = number(model, vocabulary, settings);
        addSpecial(model, vocabulary, settings);
        return open(file, model, vocabulary, ids, settings);
    }

    private static Segmenter open(
            Path file,
            SentencePieceModel model,
            PieceVocabulary vocabulary,
            int[] ids,
            TokenizerSettings settings)
            throws IOException {
        boolean albert = settings.family() == TokenizerFamily.ALBERT;
        TextTemplate template = Templates.template(settings);
        Stream.concat(template.single().stream(), template.pair().stream())
                .filter(part -> part.token() != null)
                .forEach(part -> vocabulary.require(part.token()));
        try {
            return new SentencePieceSegmenter(
                    model,
                    PieceLibrary.open(model, albert, "SentencePiece model " + file),
                    SentencePieceStyle.of(settings),
                    vocabulary,
                    ids,
                    template);
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    file + " is not a usable SentencePiece model: " + e.getMessage(), e);
        }
    }

    /** Gives the pieces their ids; the vocabulary has all tokens afterwards. */
    private static int[] number(
            SentencePieceModel model, PieceVocabulary vocabulary, TokenizerSettings settings) {
        List<String> pieces = model.pieces().stream().map(Piece::text).toList();
        return switch (settings.family()) {
            case T5, ALBERT, BIG_BIRD, LLAMA -> {
                vocabulary.add(pieces);
                if (settings.family() == TokenizerFamily.T5) {
                    vocabulary.add(extraIds(settings));
                }
                yield IntStream.range(0, pieces.size()).toArray();
            }
            case XLM_ROBERTA, MBART, MBART50 -> {
                vocabulary.add(
                        Stream.of("bos", "pad", "eos", "unk").map(r -> role(settings, r)).toList());
                vocabulary.add(tail(pieces, 3));
                vocabulary.add(languages(settings.family()));
                vocabulary.add(List.of(role(settings, "mask")));
                // The file's first three are the unknown, the start and the end.
                yield shifted(model, 3, 1, new int[] {3, 0, 2});
            }
            case CAMEMBERT -> {
                vocabulary.add(
                        List.of(
                                "<s>NOTUSED",
                                role(settings, "pad"),
                                "</s>NOTUSED",
                                role(settings, "unk"),
                                "<unk>NOTUSED"));
                vocabulary.add(tail(pieces, 1));
                vocabulary.add(List.of(role(settings, "mask")));
                yield shifted(model, 1, 4, new int[] {3});
            }
            default ->
                    throw new IllegalArgumentException(
                            "a SentencePiece model needs a tokenizer_class or model_type that tells"
                                    + " its ids: T5, ALBERT, XLM-RoBERTa, CamemBERT, mBART,"
                                    + " BigBird, Llama, Mistral or Marian");
        };
    }

    private static List<String> tail(List<String> pieces, int from) {
        return pieces.subList(Math.min(from, pieces.size()), pieces.size());
    }

    private static int[] shifted(SentencePieceModel model, int from, int shift, int[] first) {
        int[] ids = new int[model.pieces().size()];
        for (int id = 0; id < ids.length; id++) {
            ids[id] = id < from ? first[id] : id + shift;
        }
        Require.that(
                model.unkId() == 0,
                "the unknown piece must be the first one, got %s",
                model.unkId());
        return ids;
    }

    private static String role(TokenizerSettings settings, String role) {
        SpecialToken token = settings.named().get(role);
        SpecialToken usual = token == null ? settings.family().byDefault(role) : token;
        return usual == null ? "<s>" : usual.content();
    }

    private static List<String> extraIds(TokenizerSettings settings) {
        int count = Math.max(0, Math.min(1 << 16, settings.integer("extra_ids", 100)));
        List<String> tokens =
                IntStream.range(0, count)
                        .mapToObj(i -> "<extra_id_" + i + ">")
                        .collect(Collectors.toList());
        Collections.reverse(tokens);
        return tokens;
    }

    static List<String> languages(TokenizerFamily family) {
        return switch (family) {
            case MBART -> MBART_LANGUAGES;
            case MBART50 ->
                    Stream.concat(MBART_LANGUAGES.stream(), MBART50_LANGUAGES.stream()).toList();
            default -> List.of();
        };
    }

    private static void addSpecial(
            SentencePieceModel model, PieceVocabulary vocabulary, TokenizerSettings settings) {
        settings.named().values().forEach(vocabulary::find);
        for (Piece piece : model.pieces()) {
            if (piece.kind() == Kind.CONTROL && vocabulary.id(piece.text()) >= 0) {
                vocabulary.find(SpecialToken.named(piece.text()));
            }
        }
        languages(settings.family()).forEach(name -> vocabulary.find(SpecialToken.named(name)));
        if (settings.family() == TokenizerFamily.T5) {
            extraIds(settings).forEach(name -> vocabulary.find(SpecialToken.named(name)));
        }
        addConfigured(vocabulary, settings);
    }

    private static void addConfigured(PieceVocabulary vocabulary, TokenizerSettings settings) {
        settings.added().values().forEach(vocabulary::find);
        settings.named().values().forEach(vocabulary::find);
        settings.additional().forEach(vocabulary::find);
    }

    /**
     * Opens one side of Marian's tokenizer: the pieces have their ids in a file of their own.
     *
     * @param file the side's model
     * @param ids the ids of the side
     */
    static Segmenter marian(Path file, Path ids, TokenizerSettings settings) throws IOException {
        SentencePieceModel model = SentencePieceModel.read(file);
        PieceVocabulary vocabulary = new PieceVocabulary();
        Map<String, Integer> numbers = new LinkedHashMap<>();
        for (Map.Entry<String, JsonElement> entry : entries(ids)) {
            JsonElement id = entry.getValue();
            if (!id.isJsonPrimitive() || !id.getAsString().matches("\\d{1,8}")) {
                throw new IOException(ids + " must give each token a whole number, got " + id);
            }
            numbers.put(entry.getKey(), id.getAsInt());
        }
        numbers.forEach(vocabulary::put);
        settings.named().values().forEach(vocabulary::find);
        addConfigured(vocabulary, settings);
        int unknown = vocabulary.require(role(settings, "unk"));
        int[] pieces = new int[model.pieces().size()];
        for (int piece = 0; piece < pieces.length; piece++) {
            int id = vocabulary.id(model.pieces().get(piece).text());
            pieces[piece] = id < 0 || piece == model.unkId() ? unknown : id;
        }
        return open(file, model, vocabulary, pieces, settings);
    }

    private static Iterable<Map.Entry<String, JsonElement>> entries(Path file) throws IOException {
        JsonObject object = TokenizerFiles.object(file);
        return object.entrySet();
    }
}
