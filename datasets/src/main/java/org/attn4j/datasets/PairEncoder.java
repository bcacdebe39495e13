package org.attn4j.datasets;

import java.util.Arrays;

/** Encodes pairs as a {@link BatchingConfig} says, and counts what became of them. */
final class PairEncoder {

    /** The ids of a pair, ends included. */
    record Encoded(int[] source, int[] target) {}

    private final SequenceEncoder sourceEncoder;
    private final SequenceEncoder targetEncoder;
    private final BatchingConfig config;
    private long pairs;
    private long empty;
    private long overlong;
    private long truncated;
    private long sourceTokens;
    private long targetTokens;

    PairEncoder(
            SequenceEncoder sourceEncoder, SequenceEncoder targetEncoder, BatchingConfig config) {
        this.sourceEncoder = sourceEncoder;
        this.targetEncoder = targetEncoder;
        this.config = config;
    }

    /** The ids of the pair, or null if it is to be skipped. */
    Encoded encode(SentencePair pair) {
        if (!config.keepEmpty() && pair.hasEmptySide()) {
            empty++;
            return null;
        }
        int[] source = sourceEncoder.encode(pair.source());
        int[] target = targetEncoder.encode(pair.target());
        if (!config.keepEmpty() && (source.length == 0 || target.length == 0)) {
            empty++;
            return null;
        }
        int sourceRoom = config.maxLength() - (config.sourceEos() ? 1 : 0);
        int targetRoom = config.maxLength() - 1;
        if (source.length > sourceRoom || target.length > targetRoom) {
            if (config.overlong() == BatchingConfig.Overlong.SKIP) {
                overlong++;
                return null;
            }
            truncated++;
        }
        Encoded encoded =
                new Encoded(
                        ended(source, sourceRoom, config.sourceEos()),
                        ended(target, targetRoom, true));
        pairs++;
        sourceTokens += encoded.source().length;
        targetTokens += encoded.target().length;
        return encoded;
    }

    private int[] ended(int[] ids, int room, boolean eos) {
        int kept = Math.min(ids.length, room);
        int[] result = Arrays.copyOf(ids, eos ? kept + 1 : kept);
        if (eos) {
            result[kept] = config.eosId();
        }
        return result;
    }

    DatasetStatistics statistics() {
        return new DatasetStatistics(pairs, empty, overlong, truncated, sourceTokens, targetTokens);
    }
}
