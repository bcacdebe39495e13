package org.attn4j.attention.capture;

/**
 * The names under which mechanisms tell an {@link AttentionObserver} what arises on the way from
 * their inputs to their output. Weights are no stage: they are told by {@link
 * AttentionObserver#observe}.
 *
 * <p>A mechanism tells what its equation has, in the order in which it is computed; N is 1 for a
 * mechanism without heads.
 */
public final class Stages {

    /** The queries as they are scored, (B, N, T, H), or (B, T, D) of a mechanism without heads. */
    public static final String QUERY = "query";

    /** The keys as they are scored, (B, G, S, H), or (B, S, D) of a mechanism without heads. */
    public static final String KEY = "key";

    /** The values, (B, G, S, Hv). */
    public static final String VALUE = "value";

    /** Queries before they are normalised or rotated, (B, N, T, H). */
    public static final String PROJECTED_QUERY = "projectedQuery";

    /** Keys, or what they are made from, before they are normalised or rotated, (B, G, S, H). */
    public static final String PROJECTED_KEY = "projectedKey";

    /** What an additive score makes of the query alone, W_q q, (B, T, A). */
    public static final String QUERY_TERM = "queryTerm";

    /** What a score keeps of the keys: W_k k, (B, S, A), or W k, (B, S, Dq). */
    public static final String KEY_TERM = "keyTerm";

    /** What is added for how much each key was looked at before, (B, 1, S, A) for each step. */
    public static final String COVERAGE_TERM = "coverageTerm";

    /** The hidden layer of an additive score, tanh of the sum of the terms, (B, T, S, A). */
    public static final String HIDDEN = "hidden";

    /** The scores before scale and mask, (B, N, T, S). */
    public static final String SCORES = "scores";

    /** The scores times their scale, 1/√H, (B, N, T, S). */
    public static final String SCALED_SCORES = "scaledScores";

    /** The half of the scores that goes by distance, before the scale, (B, N, T, S). */
    public static final String POSITION_SCORES = "positionScores";

    /** The scores after heads were mixed, (B, N, T, S). */
    public static final String MIXED_SCORES = "mixedScores";

    /** The scores less what earlier steps looked at, (B, 1, T, S). */
    public static final String PENALISED_SCORES = "penalisedScores";

    /** Which pairs a sparse pattern lets see each other, ones and zeros, (1, 1 or N, T, S). */
    public static final String PATTERN = "pattern";

    /**
     * What is added to the scores, broadcastable to (B, N, T, S): 0 where a key is visible, and
     * {@link org.attn4j.attention.ops.MaskArrays#FLOOR} for −∞ where it is hidden. Not told if
     * everything is visible.
     */
    public static final String MASK = "mask";

    /** The scores with the mask on them, (B, N, T, S). Not told if everything is visible. */
    public static final String MASKED_SCORES = "maskedScores";

    /** How sharp each head's mapping is, α, (N). */
    public static final String ALPHA = "alpha";

    /** The score below which weights are exactly zero, τ, (B, N, T, 1). */
    public static final String THRESHOLD = "threshold";

    /** How far each head sees, from 0 to 1, (N, T, S). */
    public static final String SOFT_MASK = "softMask";

    /** Where each window has its centre, (B, 1, T, 1). */
    public static final String CENTRE = "centre";

    /** The favour for what is near the centre, (B, 1, T, S). */
    public static final String GAUSSIAN = "gaussian";

    /**
     * The weights before they are favoured or drawn from, or before a sentinel takes its share, (B,
     * N, T, S); those of one step, (B, 1, S), where weights are told for all steps together.
     */
    public static final String PLAIN_WEIGHTS = "plainWeights";

    /** The weights after heads were mixed, (B, Nv, T, S). */
    public static final String MIXED_WEIGHTS = "mixedWeights";

    /** How much each key was looked at by earlier steps, (B, 1, T, S). */
    public static final String COVERAGE = "coverage";

    /** The features φ of the queries, (B, N, T, H). */
    public static final String QUERY_FEATURES = "queryFeatures";

    /** The features φ of the keys, (B, N, S, H). */
    public static final String KEY_FEATURES = "keyFeatures";

    /** The sum of φ(k) vᵀ over all keys, (B, N, H, Hv). */
    public static final String KEY_VALUE_SUM = "keyValueSum";

    /** The sum of φ(k) over all keys, (B, N, H). */
    public static final String KEY_SUM = "keySum";

    /** What keys and values of all heads are made from, (B, 1, S, R). */
    public static final String LATENT = "latent";

    /** The part of the key that all heads share, (B, 1, S, Hr). */
    public static final String SHARED_KEY = "sharedKey";

    /** What a recurrent network reads, (B, S, in), or at one step (B, 1, in). */
    public static final String RECURRENT_INPUT = "recurrentInput";

    /**
     * The gates of a recurrent step, each bent already, (B, gates, h): i, f, g, o of an LSTM, r, z,
     * n of a GRU.
     */
    public static final String GATES = "gates";

    /** The state after a recurrent step, (B, 1, h), or of an LSTM (B, 2, h), its cell second. */
    public static final String STATE = "state";

    /** What stands for each distance to a key, S − 1 … 0 and then negative ones, (P, D). */
    public static final String DISTANCES = "distances";

    /** The rows of the distances as the queries of each head meet them, (N, P, H). */
    public static final String DISTANCE_KEYS = "distanceKeys";

    /** How much of each token each expert of a mixture computes, (B, 1, T, E); 0 for none. */
    public static final String ROUTING = "routing";

    /** What a decoder knows beside what it looks at, (B, T, D). */
    public static final String SENTINEL = "sentinel";

    /** How much of a decoder's memory the sentinel shows, from 0 to 1, (B, T, D). */
    public static final String SENTINEL_GATE = "sentinelGate";

    /** The score of the sentinel, (B, 1, T, 1). */
    public static final String SENTINEL_SCORES = "sentinelScores";

    /** A gate, from 0 to 1: β of soft attention and of the sentinel, (B, T, 1). */
    public static final String GATE = "gate";

    /** The weighted sum of the values, (B, N, T, Hv). */
    public static final String CONTEXT = "context";

    /** The context and the sentinel, mixed by the gate, (B, T, D). */
    public static final String ADAPTIVE_CONTEXT = "adaptiveContext";

    /** The contexts of all heads side by side, (B, T, N·Hv). */
    public static final String CONCATENATED = "concatenated";

    /**
     * What comes of the context: the output projection or an attentional vector, (B, T, D), the
     * scores of a memory's answers, (B, V), or a forecast, (B, 1).
     */
    public static final String OUTPUT = "output";

    private Stages() {}
}
