package org.attn4j.models.checkpoint;

import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * A tensor's bytes as they lie in a file.
 *
 * @param region the file
 * @param dataStart where the values of its tensors begin
 * @param info the tensor
 */
record StoredContent(FileRegion region, long dataStart, TensorInfo info) implements TensorContent {

    private static final int PIECE = 1 << 24;

    @Override
    public String name() {
        return info.name();
    }

    @Override
    public TensorType type() {
        return info.type();
    }

    @Override
    public Shape shape() {
        return info.shape();
    }

    @Override
    public void writeTo(WritableByteChannel channel) throws IOException {
        for (long at = 0; at < bytes(); at += PIECE) {
            AtomicFile.writeFully(channel, piece(at));
        }
    }

    /** Returns whether another tensor has the same bytes. */
    boolean sameBytes(StoredContent other) throws IOException {
        if (bytes() != other.bytes()) {
            return false;
        }
        for (long at = 0; at < bytes(); at += PIECE) {
            if (!piece(at).equals(other.piece(at))) {
                return false;
            }
        }
        return true;
    }

    private ByteBuffer piece(long at) throws IOException {
        return region.slice(
                dataStart + info.begin() + at, (int) Math.min(PIECE, info.bytes() - at));
    }
}
