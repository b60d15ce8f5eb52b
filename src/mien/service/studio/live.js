/** A live portrait, where the service has them. */
export class Live extends EventTarget {
  running = false;
}
