package io.kookoo.client.command;

/** Shows how far a command is, to a person at a terminal; {@link #NONE} shows nothing to anybody. Used by one thread. */
interface Progress extends AutoCloseable {
    Progress NONE = new Progress() {
        @Override
        public void show(long done, long total, String more) {}

        @Override
        public void clear() {}

        @Override
        public void close() {}
    };

    /**
     * @param total in the units of {@code done}; 0 where it is not known
     * @param more what else there is to say, short
     */
    void show(long done, long total, String more);

    /** To be called before anything else is printed where the person looks. */
    void clear();

    @Override
    void close();
}
