// The Alpine components that templates may name in x-data. The CSP build evaluates
// only property names and plain expressions, so everything with a body lives here.

const registry = {
  /** x-data="disclosure": open, toggle(), close(). */
  disclosure: () => ({
    open: false,
    toggle() {
      this.open = !this.open;
    },
    close() {
      this.open = false;
    },
  }),

  /** x-data="tabs" with data-first: current, choose (reads data-tab of the element). */
  tabs: () => ({
    current: "",
    init() {
      this.current = this.$el.dataset.first || "";
    },
    choose(event) {
      this.current = event.currentTarget.dataset.tab;
    },
    is(name) {
      return this.current === name;
    },
  }),

  /** x-data="lengthCounter" with data-max: left, measure. */
  lengthCounter: () => ({
    left: 0,
    init() {
      this.measure();
    },
    measure() {
      const field = this.$el.querySelector("input, textarea") || this.$el;
      this.left = Number(this.$root.dataset.max || 0) - field.value.length;
    },
  }),

  /** x-data="selfEnabling": the button enables itself when data-blockers is 0. */
  selfEnabling: () => ({
    get blocked() {
      return Number(this.$root.dataset.blockers || 0) > 0;
    },
  }),
};

/** Other modules add their own before the page starts. */
export function component(name, factory) {
  registry[name] = factory;
}

export function registerComponents(Alpine) {
  for (const [name, factory] of Object.entries(registry)) Alpine.data(name, factory);
}
