package org.attn4j.datasets;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Encoded sentence pairs, in blocks of ids: the first blocks on the heap, the others, once the heap
 * has its share, in a mapped temporary file. What stays on the heap for every pair is 20 bytes.
 */
final class PairStore implements AutoCloseable {

    private static final int BLOCK = 1 << 20;

    private final int blockSize;
    private final long heapTokens;
    private final Path folder;
    private final List<IntBuffer> blocks = new ArrayList<>();
    private FileChannel spill;
    private Path spillFile;

    private int[] open;
    private int used;
    private int size;
    private long[] starts = new long[1024];
    private int[] sourceLengths = new int[1024];
    private int[] targetLengths = new int[1024];
    private int[] numbers = new int[1024];

    /**
     * @param maxPair the most ids in a pair
     * @param heapTokens how many ids may stay on the heap
     * @param folder where the temporary file goes, or null for the system's position
     */
    PairStore(int maxPair, long heapTokens, Path folder) {
        this.blockSize = Math.max(BLOCK, maxPair);
        this.heapTokens = heapTokens;
        this.folder = folder;
    }

    /** Adds a pair; number is its position in the corpus. */
    void add(int[] source, int[] target, int number) throws IOException {
        int length = source.length + target.length;
        if (open == null) {
            open = new int[blockSize];
        } else if (used + length > blockSize) {
            seal();
            open = new int[blockSize];
        }
        if (size == starts.length) {
            int capacity = (int) Math.min(2L * size, Integer.MAX_VALUE - 8);
            starts = Arrays.copyOf(starts, capacity);
            sourceLengths = Arrays.copyOf(sourceLengths, capacity);
            targetLengths = Arrays.copyOf(targetLengths, capacity);
            numbers = Arrays.copyOf(numbers, capacity);
        }
        starts[size] = (long) blocks.size() * blockSize + used;
        sourceLengths[size] = source.length;
        targetLengths[size] = target.length;
        numbers[size] = number;
        size++;
        System.arraycopy(source, 0, open, used, source.length);
        System.arraycopy(target, 0, open, used + source.length, target.length);
        used += length;
    }

    /** Ends adding; frees what was reserved and not used. */
    void finish() throws IOException {
        if (open != null) {
            open = Arrays.copyOf(open, used);
            seal();
        }
        starts = Arrays.copyOf(starts, size);
        sourceLengths = Arrays.copyOf(sourceLengths, size);
        targetLengths = Arrays.copyOf(targetLengths, size);
        numbers = Arrays.copyOf(numbers, size);
    }

    private void seal() throws IOException {
        boolean heap = (long) (blocks.size() + 1) * blockSize <= heapTokens;
        blocks.add(heap ? IntBuffer.wrap(open) : spilled(open));
        open = null;
        used = 0;
    }

    private IntBuffer spilled(int[] block) throws IOException {
        if (block.length == 0) {
            return IntBuffer.allocate(0);
        }
        try {
            if (spill == null) {
                openSpill();
            }
            ByteBuffer bytes = ByteBuffer.allocateDirect(Integer.BYTES * block.length);
            bytes.asIntBuffer().put(block);
            long start = spill.size();
            long at = start;
            while (bytes.hasRemaining()) {
                at += spill.write(bytes, at);
            }
            return spill.map(FileChannel.MapMode.READ_ONLY, start, bytes.capacity()).asIntBuffer();
        } catch (IOException e) {
            throw new CorpusException(
                    ("cannot keep the encoded corpus in %s (%s): free some disk"
                                    + " space there, or choose another temporary folder")
                            .formatted(
                                    spillFile == null ? folderName() : spillFile, e.getMessage()),
                    e);
        }
    }

    private String folderName() {
        return folder == null ? System.getProperty("java.io.tmpdir") : folder.toString();
    }

    private void openSpill() throws IOException {
        spillFile =
                folder == null
                        ? Files.createTempFile("attn4j-", ".ids")
                        : Files.createTempFile(folder, "attn4j-", ".ids");
        spill =
                FileChannel.open(
                        spillFile,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.DELETE_ON_CLOSE);
    }

    int size() {
        return size;
    }

    int sourceLength(int pair) {
        return sourceLengths[pair];
    }

    int targetLength(int pair) {
        return targetLengths[pair];
    }

    /** The position of the pair in the corpus, from 0. */
    int number(int pair) {
        return numbers[pair];
    }

    /** Copies the source ids to {@code row[at…]}. */
    void source(int pair, long[] row, int at) {
        copy(starts[pair], sourceLengths[pair], row, at);
    }

    /** Copies the target ids to {@code row[at…]}. */
    void target(int pair, long[] row, int at) {
        copy(starts[pair] + sourceLengths[pair], targetLengths[pair], row, at);
    }

    private void copy(long start, int length, long[] row, int at) {
        IntBuffer block = blocks.get((int) (start / blockSize));
        int from = (int) (start % blockSize);
        for (int i = 0; i < length; i++) {
            row[at + i] = block.get(from + i);
        }
    }

    @Override
    public void close() throws IOException {
        if (spill != null) {
            spill.close();
        }
    }
}
