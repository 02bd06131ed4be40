package io.kookoo.server;

/** x */
public final class ServerMain {
    private ServerMain() {}

    public static void main(String[] a) {
        System.out.println("hi");
    }
}
