package org.attn4j.retrieval;

import java.io.IOException;
import java.util.Map;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene912.Lucene912Codec;
import org.apache.lucene.codecs.lucene99.Lucene99HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexNotFoundException;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.Directory;
import org.attn4j.datasets.CorpusException;
import org.attn4j.models.task.Similarity;

/** How a passage stands in a Lucene index. */
final class PassageFields {

    static final String DOCUMENT = "document";
    static final String DIGEST = "digest";
    static final String WORDS = "words";
    static final String VECTOR = "vector";
    static final String SETTINGS = "attn4j";

    private static final String SOURCE = "source";
    private static final String ID = "id";
    private static final String TITLE = "title";
    private static final String TEXT = "text";
    private static final String START = "start";
    private static final String END = "end";

    private static final int INT8_BITS = 7; // the most that Lucene has

    /** All numbers, so that none is clipped: Lucene's default share errs tenfold more. */
    private static final float QUANTIZED_SHARE = 1;

    private static final int MOST_DIMENSIONS = 16_384;

    private PassageFields() {}

    static Document document(
            String key, String digest, Passage passage, float[] vector, IndexSettings settings) {
        Similarity similarity = settings.model().similarity();
        Document document = new Document();
        document.add(new StringField(DOCUMENT, key, Field.Store.NO));
        document.add(new StoredField(DIGEST, digest));
        document.add(new StoredField(SOURCE, passage.source()));
        document.add(new StoredField(ID, passage.id()));
        document.add(new StoredField(TITLE, passage.title()));
        document.add(new StoredField(TEXT, passage.text()));
        document.add(new StoredField(START, passage.start()));
        document.add(new StoredField(END, passage.end()));
        String words = searched(passage.title(), passage.text(), settings);
        document.add(new TextField(WORDS, words, Field.Store.NO));
        document.add(
                new KnnFloatVectorField(VECTOR, vector(vector, similarity), function(similarity)));
        return document;
    }

    /** What vector and words of a passage are made of. */
    static String searched(String title, String text, IndexSettings settings) {
        return settings.withTitle() && !title.isEmpty() ? title + "\n" + text : text;
    }

    static Passage passage(Document document) {
        return new Passage(
                document.get(SOURCE),
                document.get(ID),
                document.get(TITLE),
                document.get(TEXT),
                document.getField(START).numericValue().intValue(),
                document.getField(END).numericValue().intValue());
    }

    /** The settings of an index. */
    static IndexSettings settings(Directory directory, String name) throws IOException {
        Map<String, String> data;
        try {
            data = SegmentInfos.readLatestCommit(directory).getUserData();
        } catch (IndexNotFoundException e) {
            throw new CorpusException(name + " is no index: make one with 'index'", e);
        } catch (IllegalArgumentException e) {
            throw new CorpusException(
                    "%s was written by another version of Lucene: make it again".formatted(name),
                    e);
        }
        if (!data.containsKey(SETTINGS)) {
            throw new CorpusException(
                    name + " is a Lucene index of something else: give another folder");
        }
        return IndexSettings.parse(data.get(SETTINGS), name);
    }

    /** A vector as it is kept: for the cosine of the length 1. */
    static float[] vector(float[] vector, Similarity similarity) {
        if (similarity != Similarity.COSINE) {
            return vector;
        }
        double square = 0;
        for (float value : vector) {
            square += (double) value * value;
        }
        double length = Math.max(Math.sqrt(square), 1e-12);
        float[] unit = new float[vector.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (vector[i] / length);
        }
        return unit;
    }

    private static VectorSimilarityFunction function(Similarity similarity) {
        return switch (similarity) {
            case COSINE -> VectorSimilarityFunction.DOT_PRODUCT;
            case DOT -> VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT;
            case EUCLIDEAN -> VectorSimilarityFunction.EUCLIDEAN;
            case MANHATTAN -> throw new IllegalArgumentException("Lucene has no such distance");
        };
    }

    /** The similarity that Lucene made a positive score of. */
    static double similarity(double score, Similarity similarity) {
        return switch (similarity) {
            case COSINE -> 2 * score - 1;
            case DOT -> score < 1 ? 1 - 1 / score : score - 1;
            case EUCLIDEAN -> -Math.sqrt(1 / score - 1);
            case MANHATTAN -> throw new IllegalArgumentException("Lucene has no such distance");
        };
    }

    static Codec codec(Quantization quantization) {
        KnnVectorsFormat format =
                quantization == Quantization.INT8
                        ? new Lucene99HnswScalarQuantizedVectorsFormat(
                                Lucene99HnswVectorsFormat.DEFAULT_MAX_CONN,
                                Lucene99HnswVectorsFormat.DEFAULT_BEAM_WIDTH,
                                1,
                                INT8_BITS,
                                false,
                                QUANTIZED_SHARE,
                                null)
                        : new Lucene99HnswVectorsFormat();
        return new Lucene912Codec() {
            @Override
            public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                return new ManyDimensions(format);
            }
        };
    }

    /** A format of Lucene for vectors of more than its 1024 numbers; its files are the same. */
    private static final class ManyDimensions extends KnnVectorsFormat {

        private final KnnVectorsFormat format;

        ManyDimensions(KnnVectorsFormat format) {
            super(format.getName());
            this.format = format;
        }

        @Override
        public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
            return format.fieldsWriter(state);
        }

        @Override
        public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
            return format.fieldsReader(state);
        }

        @Override
        public int getMaxDimensions(String field) {
            return MOST_DIMENSIONS;
        }
    }
}
