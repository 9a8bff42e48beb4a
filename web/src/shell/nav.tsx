/** @file The navigation: five groups, icons alone where there is little room, at the bottom on a phone. */
import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { Icon } from "../parts/icon.tsx";
import { GROUPS, SCREENS } from "./screens.ts";
import css from "./shell.module.css";

/** Whether the address lies in a screen: its inner pages count, the overview is exact. */
function isWithin(path: string, location: string): boolean {
  return path === "/" ? location === "/" : location === path || location.startsWith(`${path}/`);
}

export function Nav(): ReactNode {
  const [location] = useLocation();
  return (
    <nav className={css["nav"]} aria-label="Screens">
      {GROUPS.map((group) => (
        <div key={group}>
          <p className={css["group"]}>{group}</p>
          <ul aria-label={group}>
            {SCREENS.filter((screen) => screen.group === group && screen.isInner !== true).map(
              ({ path, title, icon }) => (
                <li key={path}>
                  <Link
                    to={path}
                    className={css["item"]}
                    title={title}
                    aria-current={isWithin(path, location) ? "page" : undefined}
                  >
                    <Icon name={icon} />
                    <span>{title}</span>
                  </Link>
                </li>
              ),
            )}
          </ul>
        </div>
      ))}
    </nav>
  );
}
